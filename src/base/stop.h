#pragma once
// How loops notice that a stop was asked for (<twofold/stop.h>).

#include "twofold/stop.h"

namespace twofold {

/// True once a stop has been asked for. Loops look at it between units of work.
bool stop_requested();

/// Throws Interrupted if a stop was asked for.
void check_stop();

}  // namespace twofold
