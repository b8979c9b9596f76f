// Throughput, memory, learning rate, gradient norm.

#include <functional>

#include "report/sections/sections.h"

namespace twofold::report {
namespace {

template <class Point>
Chart chart_of(const Runs& runs, const std::string& id, const std::string& title,
               std::vector<Point> RunData::*points, double Point::*value) {
  Chart chart{.id = id, .title = title, .marks = marks_of(runs)};
  for (const RunData& run : runs) {
    Curve curve{.name = run.name, .color = color_of(chart.curves.size())};
    for (const Point& point : run.*points) {
      curve.add(static_cast<double>(point.step), point.*value);
    }
    chart.curves.push_back(std::move(curve));
  }
  chart.tidy(points_of(runs));
  return chart;
}

}  // namespace

Section speed_section(const Runs& runs) {
  return {.id = "machine",
          .title = "Rates, throughput, memory",
          .html = html({
              chart_of(runs, "lr", "learning rate", &RunData::train, &TrainPoint::lr),
              chart_of(runs, "grad-norm", "gradient norm", &RunData::train, &TrainPoint::grad_norm),
              chart_of(runs, "tokens-per-s", "tokens per second", &RunData::timing,
                       &TimePoint::tokens_per_s),
              chart_of(runs, "memory", "memory, MiB", &RunData::timing, &TimePoint::rss_mib),
          })};
}

}  // namespace twofold::report
