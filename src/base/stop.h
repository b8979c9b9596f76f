#pragma once
// SIGTERM, SIGINT and SIGHUP (unless nohup is there to ignore it) ask a run to stop at the next
// safe place; a second one ends it at once.

namespace twofold {

/// Installs the handlers; call once, early in main().
void install_stop_handlers();

/// True after the first of these signals. Loops look at it between units of work.
bool stop_requested();

/// Throws Interrupted if a stop was asked for.
void check_stop();

/// For tests and embedding programs: ask for a stop, or forget one.
void request_stop();
void clear_stop();

}  // namespace twofold
