#pragma once
// What the inits that derive A and B from the weights share.

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "lora/init/init.h"

namespace twofold {

/// Throws an Error if the rank exceeds the weight's narrower side: a weight has no more directions
/// than that.
inline void check_directions(const InitSubject& subject, const char* method) {
  const int64_t most = std::min(subject.in, subject.out);
  if (subject.rank <= most) return;
  fail({.what = "the weight has fewer directions than the adapter's rank",
        .where = "optimization/lora/rank, " + subject.path,
        .expected = fmt::format("at most {} for the initialisation {}", most, method),
        .found = std::to_string(subject.rank),
        .hint = "lower the rank, or give this leaf its own in optimization/lora/rank_pattern"});
}

}  // namespace twofold
