// What several sections need.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "report/figures/html.h"
#include "report/measure.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

constexpr size_t kPointsOfPage = 2400;  // of all runs' curves of a kind
constexpr size_t kLeast = 200;
constexpr const char* kPhase2 = "phase 2";

std::string label_of(const std::string& moment) {
  if (moment == "boundary") return kPhase2;
  std::string label = moment;
  std::ranges::replace(label, '_', ' ');
  return label;
}

std::vector<Mark> marks_of_run(const RunData& run) {
  std::vector<Mark> marks;
  for (const Scored& at : run.scored) {
    const bool turning = !at.moment.empty() && at.moment != "start" && at.moment != "frozen" &&
                         at.moment != "end" && at.moment != "adapters_off";
    if (turning) marks.push_back({static_cast<double>(at.step), label_of(at.moment)});
  }
  if (marks.empty() && run.switch_step()) {
    marks.push_back({static_cast<double>(*run.switch_step()), kPhase2});
  }
  return marks;
}

/// Where phase 2 of each run begins, in the colour of the run's curve. Of those that are near each
/// other the first is named.
std::vector<Mark> switches_of(const Runs& runs) {
  constexpr double kApart = 0.15;  // of the chart's width: room for a label
  std::vector<Mark> all;
  double reach = 0;
  for (size_t i = 0; i < runs.size(); ++i) {
    reach = std::max(reach, static_cast<double>(runs[i].last_step()));
    for (const Mark& mark : marks_of_run(runs[i])) {
      if (mark.label == kPhase2) all.push_back({mark.x, mark.label, color_of(i)});
    }
  }
  std::ranges::stable_sort(all, {}, &Mark::x);
  double named = -reach;
  for (Mark& mark : all) {
    if (mark.x - named < kApart * reach) mark.label.clear();
    if (!mark.label.empty()) named = mark.x;
  }
  return all;
}

Curve scores_of(const RunData& run, const std::string& key, const std::string& name, int color) {
  Curve curve{.name = name, .color = color, .kind = Curve::Kind::kDots};
  bool sure = false;
  for (const Scored& at : run.scored) {
    const auto found = at.metrics.find(key);
    if (found == at.metrics.end() || at.moment == "adapters_off") continue;
    curve.add(static_cast<double>(at.step), found->second.value);
    const Bounds bounds = interval(found->second);
    curve.low.push_back(bounds.low);
    curve.high.push_back(bounds.high);
    sure |= bounds.low == bounds.low;
  }
  if (!sure) curve.low = curve.high = {};
  return curve;
}

}  // namespace

bool is_control(const RunData& run) {
  const std::string* control = run.setting("continual/control");
  return control && *control == "full";
}

bool has_adapters(const RunData& run) {
  return run.setting("optimization/lora/rank") && !is_control(run);
}

std::string better_note(std::optional<Metric::Better> better) {
  if (!better) return "";
  return *better == Metric::Better::kLower ? "lower is better" : "higher is better";
}

std::string run_heading(const Runs& runs, const RunData& run) {
  return runs.size() < 2 ? "" : "<h3>" + escape(run.name) + "</h3>\n";
}

std::string id_of(const Runs& runs, const RunData& run) {
  std::set<std::string> ids;
  for (const RunData& each : runs) ids.insert(slug(each.name));
  // "lr=1" and "lr-1" are the same as the name of a place.
  return ids.size() == runs.size() ? slug(run.name) : fmt::format("run-{}", &run - &runs[0] + 1);
}

std::vector<Mark> marks_of(const Runs& runs) {
  std::vector<Mark> first = marks_of_run(runs.front());
  const bool same = std::ranges::all_of(runs, [&](const RunData& run) {
    return std::ranges::equal(marks_of_run(run), first, {}, &Mark::x, &Mark::x);
  });
  return same ? first : switches_of(runs);
}

size_t points_of(const Runs& runs) { return std::max(kLeast, kPointsOfPage / (runs.size() + 1)); }

std::vector<Chart> score_charts(const Runs& runs, const std::string& prefix) {
  const std::vector<Measure> all = measures_of(runs);
  std::vector<Chart> charts;
  std::map<std::string, size_t> places;  // of the chart of a unit, or of a measure
  for (const Measure& measure : all) {
    if (!measure.key.starts_with(prefix) || is_derived(measure, all)) continue;
    const bool one = runs.size() == 1;
    const std::string title = one ? measure.unit : measure.subject + " " + measure.unit;
    if (const auto [place, fresh] = places.emplace(title, charts.size()); fresh) {
      charts.push_back({.id = prefix.substr(0, prefix.size() - 1) + "-" + title,
                        .title = title,
                        .note = better_note(measure.better),
                        .marks = marks_of(runs)});
    }
    Chart& chart = charts[places[title]];
    for (const RunData& run : runs) {
      const int color = color_of(chart.curves.size());
      chart.curves.push_back(scores_of(run, measure.key, one ? measure.subject : run.name, color));
    }
  }
  for (Chart& chart : charts) chart.tidy(points_of(runs));
  return charts;
}

}  // namespace twofold::report
