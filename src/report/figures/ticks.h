#pragma once
// Where an axis has its labels.

#include <vector>

namespace twofold::report {

struct Range {
  double low = 0, high = 1;
};

/// Multiples of 1, 2 or 5 times a power of ten within the range, at most about `most`.
std::vector<double> ticks(const Range& range, int most);

}  // namespace twofold::report
