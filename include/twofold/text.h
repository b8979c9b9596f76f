#pragma once
#include "base/text.h"  // did_you_mean, join, numbers for people
