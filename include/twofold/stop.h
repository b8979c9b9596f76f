#pragma once
#include "base/stop.h"  // install_stop_handlers, request_stop, clear_stop
