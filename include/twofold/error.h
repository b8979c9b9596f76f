#pragma once
#include "base/error.h"  // Problem, Error, Interrupted
