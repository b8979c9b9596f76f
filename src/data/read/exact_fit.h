#pragma once
// Items of different lengths put into bins of one length, one bin after another, each filled to the
// last place where a few items can do that.

#include <cstdint>
#include <span>

#include "data/read/best_fit.h"

namespace twofold {

/// Bins as best_fit makes them, by another rule. A bin begins with the longest item. It then gets
/// one, two or three items that fill it exactly, as equal in length as there are, so that long and
/// short ones are used up alike; or, if there are none, the longest that fits, and so on. With many
/// items this leaves less room than best_fit, which runs out of short ones to fill gaps with; of
/// some lengths it makes more bins. The same lengths always give the same bins.
Bins exact_fit(std::span<const int32_t> lengths, int64_t capacity);

}  // namespace twofold
