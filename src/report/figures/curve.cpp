// What becomes of a curve's points before they are drawn.

#include <algorithm>
#include <cmath>

#include "report/figures/chart.h"

namespace twofold::report {
namespace {

/// Of the points [begin, end): the places of the first, lowest, highest and last one, in order.
std::vector<size_t> outline(const Curve& curve, size_t begin, size_t end) {
  const auto first = curve.y.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = curve.y.begin() + static_cast<std::ptrdiff_t>(end);
  const auto [low, high] = std::minmax_element(first, last);
  std::vector<size_t> places = {begin, static_cast<size_t>(low - curve.y.begin()),
                                static_cast<size_t>(high - curve.y.begin()), end - 1};
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

/// Behind the last point that no mark separates from the one at `begin`.
size_t end_of_stretch(const Curve& curve, size_t begin, const std::vector<Mark>& marks) {
  size_t end = begin + 1;
  const auto separates = [&](const Mark& mark) {
    return mark.x >= curve.x[end - 1] && mark.x < curve.x[end];
  };
  while (end < curve.x.size() && std::ranges::none_of(marks, separates)) ++end;
  return end;
}

void copy_point(const Curve& from, size_t i, Curve& to) {
  to.add(from.x[i], from.y[i]);
  if (from.low.empty()) return;
  to.low.push_back(from.low[i]);
  to.high.push_back(from.high[i]);
}

}  // namespace

Curve thin(const Curve& curve, size_t most) {
  if (curve.x.size() <= most) return curve;
  Curve thinned{.name = curve.name, .color = curve.color, .kind = curve.kind};
  const size_t each = curve.low.empty() ? 4 : 1;  // points of a stretch
  const size_t stretches = std::max<size_t>(1, most / each);
  for (size_t i = 0; i < stretches; ++i) {
    const size_t begin = i * curve.x.size() / stretches;
    const size_t end = (i + 1) * curve.x.size() / stretches;
    if (each == 1) {
      copy_point(curve, end - 1, thinned);
    } else {
      for (const size_t place : outline(curve, begin, end)) copy_point(curve, place, thinned);
    }
  }
  return thinned;
}

Curve smoothed(const Curve& curve, const std::vector<Mark>& marks) {
  Curve smooth{.name = curve.name, .color = curve.color, .kind = Curve::Kind::kLine};
  std::vector<double> sums = {0};
  for (const double value : curve.y) sums.push_back(sums.back() + value);
  const size_t half = std::max<size_t>(2, curve.y.size() / 100);
  size_t begin = 0;
  while (begin < curve.y.size()) {
    const size_t end = end_of_stretch(curve, begin, marks);
    for (size_t i = begin; i < end; ++i) {
      const size_t first = i - std::min(half, i - begin), last = std::min(end, i + half + 1);
      smooth.add(curve.x[i], (sums[last] - sums[first]) / static_cast<double>(last - first));
    }
    begin = end;
  }
  return smooth;
}

void Chart::tidy(size_t most) {
  for (Curve& curve : curves) {
    Curve known{.name = curve.name, .color = curve.color, .kind = curve.kind};
    for (size_t i = 0; i < curve.y.size(); ++i) {
      if (std::isfinite(curve.y[i])) copy_point(curve, i, known);
    }
    curve = thin(known, most);
  }
  std::erase_if(curves, [](const Curve& curve) { return curve.x.empty(); });
}

}  // namespace twofold::report
