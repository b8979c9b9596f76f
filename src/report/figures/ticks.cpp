#include "report/figures/ticks.h"

#include <cmath>

namespace twofold::report {
namespace {

constexpr double kSlack = 1e-9;  // of a step: the ends are ticks in spite of rounding

double step_of(double raw) {
  const double unit = std::pow(10, std::floor(std::log10(raw)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * unit >= raw * 0.999) return times * unit;
  }
  return 10 * unit;
}

}  // namespace

std::vector<double> ticks(const Range& range, int most) {
  std::vector<double> found;
  const double span = range.high - range.low;
  if (!(span > 0) || !std::isfinite(span)) return found;
  const double step = step_of(span / most);
  for (double n = std::ceil(range.low / step - kSlack); n * step <= range.high + step * kSlack;
       ++n) {
    found.push_back(n * step);
  }
  return found;
}

}  // namespace twofold::report
