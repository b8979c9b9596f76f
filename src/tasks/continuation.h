#pragma once
// A text after another, as ids.

#include <cstdint>
#include <vector>

namespace twofold::tasks {

/// Ids that follow a context. Both have at least one where a likelihood is asked for.
struct Continuation {
  std::vector<int32_t> context, tokens;
};

}  // namespace twofold::tasks
