#pragma once
// Stopping a run from outside: it finishes its step, saves, and throws Interrupted.

namespace twofold {

/// Lets SIGTERM, SIGINT and SIGHUP (unless nohup is there to ignore it) ask for a stop at the next
/// safe place; a second one ends the process at once. Call once, early in main().
void install_stop_handlers();

/// Asks for a stop from any thread, or forgets that one was asked for.
void request_stop();
void clear_stop();

}  // namespace twofold
