#pragma once
// Stopping a run from outside: it finishes its step, saves, and throws Interrupted.

namespace twofold {

/// Makes SIGTERM, SIGINT and SIGHUP (unless it is ignored already, as under nohup) request a stop
/// at the next safe place; a second signal ends the process at once. Call once, early in main().
void install_stop_handlers();

/// Requests a stop, or withdraws the request. From any thread.
void request_stop();
void clear_stop();

}  // namespace twofold
