#pragma once
// A chart: an SVG that is readable by itself, and its points for the page's script.

#include <cstddef>
#include <string>
#include <vector>

#include "report/figures/ticks.h"

namespace twofold::report {

/// The colour of a chart's curve with this number: there are eight, which come again.
constexpr int color_of(size_t number) { return static_cast<int>(number % 8); }

struct Curve {
  enum class Kind {
    kLine,
    kRaw,   ///< faint, behind a smoothed one
    kDots,  ///< a line with its points, and their intervals where there are any
  };
  std::string name;
  int color = 0;
  Kind kind = Kind::kLine;
  std::vector<double> x = {}, y = {};
  std::vector<double> low = {}, high = {};  ///< empty, or an interval a point (NaN: none)

  void add(double at, double value) {
    x.push_back(at);
    y.push_back(value);
  }
};

/// A moment of the run: a line across the chart.
struct Mark {
  double x = 0;
  std::string label;
  int color = -1;  ///< of the curve that it is of; none: of all
};

struct Chart {
  std::string id, title;
  std::string note = {};  ///< a line below the title
  std::string x_name = "step";
  std::string group =
      "step";  ///< charts of a group are zoomed and pointed at together; may be empty
  std::vector<Curve> curves = {};
  std::vector<Mark> marks = {};

  /// Without curves that have no points; each of at most `most` points (see thin()).
  void tidy(size_t most);
};

/// At most `most` points of a curve: of each stretch the first, the last, the lowest and the
/// highest, as they are. Curves with intervals are evenly thinned.
Curve thin(const Curve& curve, size_t most);
/// The mean of each point and those beside it, a fiftieth of all, none of them beyond a mark.
Curve smoothed(const Curve& curve, const std::vector<Mark>& marks);

Range x_range(const Chart& chart);
Range y_range(const Chart& chart);

/// An HTML figure.
std::string html(const Chart& chart);
/// Several charts, side by side where there is room.
std::string html(const std::vector<Chart>& charts);

}  // namespace twofold::report
