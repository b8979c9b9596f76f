// How far a chart's axes reach.

#include <algorithm>
#include <cmath>

#include "report/figures/chart.h"

namespace twofold::report {
namespace {

constexpr double kSide = 0.015, kAbove = 0.06;  // room beside and above the points, as a share

void include(Range& range, double value) {
  if (std::isnan(value)) return;
  range.low = std::min(range.low, value);
  range.high = std::max(range.high, value);
}

Range with_room(Range range, double share) {
  if (range.low > range.high) return {};
  double span = range.high - range.low;
  if (span == 0) span = share == kSide || range.high == 0 ? 1 : std::abs(range.high);
  return {range.low - share * span, range.high + share * span};
}

constexpr Range kNothing = {INFINITY, -INFINITY};

}  // namespace

Range x_range(const Chart& chart) {
  Range range = kNothing;
  for (const Curve& curve : chart.curves) {
    include(range, curve.x.front());
    include(range, curve.x.back());
  }
  for (const Mark& mark : chart.marks) include(range, mark.x);
  return with_room(range, kSide);
}

Range y_range(const Chart& chart) {
  Range range = kNothing;
  for (const Curve& curve : chart.curves) {
    for (const auto* values : {&curve.y, &curve.low, &curve.high}) {
      for (const double value : *values) include(range, value);
    }
  }
  return with_room(range, kAbove);
}

}  // namespace twofold::report
