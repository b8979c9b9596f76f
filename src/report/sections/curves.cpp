// Loss and validation over the steps.

#include "report/figures/html.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

Curve losses(const RunData& run) {
  Curve curve{.name = "each step", .kind = Curve::Kind::kRaw};
  for (const TrainPoint& point : run.train) {
    curve.add(static_cast<double>(point.step), point.loss);
  }
  return curve;
}

Chart loss_chart(const Runs& runs) {
  Chart chart{.id = "train-loss", .title = "training loss", .marks = marks_of(runs)};
  chart.note = runs.size() == 1 ? "smoothed, with each logged step behind it" : "smoothed";
  for (const RunData& run : runs) {
    const Curve raw = losses(run);
    Curve smooth = smoothed(raw, marks_of({run}));
    smooth.name = runs.size() == 1 ? "smoothed" : run.name;
    smooth.color = color_of(chart.curves.size());
    if (runs.size() == 1) chart.curves.push_back(raw);
    chart.curves.push_back(smooth);
    if (runs.size() == 1) chart.curves.back().color = 0;
  }
  chart.tidy(points_of(runs));
  return chart;
}

}  // namespace

Section curves_section(const Runs& runs) {
  std::vector<Chart> charts = {loss_chart(runs)};
  for (Chart& chart : score_charts(runs, "val/")) {
    chart.title = "validation " + chart.title;
    charts.push_back(std::move(chart));
  }
  return {.id = "curves", .title = "Loss", .html = html(charts)};
}

Section evaluations_section(const Runs& runs) {
  return {.id = "evaluations", .title = "Evaluations", .html = html(score_charts(runs, "eval/"))};
}

}  // namespace twofold::report
