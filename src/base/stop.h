#pragma once
// SIGTERM and SIGINT ask a run to stop at the next safe place; a second one ends it at once.

namespace twofold {

/// Installs the handlers; call once, early in main().
void install_stop_handlers();

/// True after the first SIGTERM or SIGINT. Loops look at it between units of work.
bool stop_requested();

/// Throws Interrupted if a stop was asked for.
void check_stop();

/// For tests and embedding programs: ask for a stop, or forget one.
void request_stop();
void clear_stop();

}  // namespace twofold
