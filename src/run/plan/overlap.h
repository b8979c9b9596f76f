#pragma once
// Whether what a phase is to learn has been in an earlier phase's data.

#include "base/files.h"
#include "data/sampling.h"
#include "run/plan/data_rows.h"

namespace twofold {

/// About which share of the rows of `later` occurs in the datasets of `earlier`: whether some
/// kWindow tokens from the middle of each do. Looks at a part of large datasets; rows that are
/// shorter are left out. `data_root` has all of them.
double share_seen(const Path& data_root, const Sampling& later, const Mixture& earlier,
                  const DataNeeds& needs);
inline constexpr int64_t kWindow = 24;

}  // namespace twofold
