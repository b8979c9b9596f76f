#pragma once
// What is timed: each operation with its gradient, as ours and as the reference, at the sizes of a
// small GPT's step.

#include <functional>
#include <string>
#include <vector>

namespace twofold::bench {

struct Case {
  std::string name;
  double flops;  ///< multiplications and additions that cannot be saved
  double bytes;  ///< of what has to come from memory and go there
  std::function<void()> ours, reference;
};

std::vector<Case> cases();

}  // namespace twofold::bench
