// Adapters under the lens: by layer, over the steps, and scaled from 0 to 1.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "report/figures/heat.h"
#include "report/figures/html.h"
#include "report/measure.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

/// "blocks/3/attn/q_proj" is q_proj in layer 3.
struct Place {
  std::string layer, module;
};

Place place_of(const std::string& path) {
  Place place;
  for (const std::string& part : split(path, '/')) {
    const bool digits =
        !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    if (digits && place.layer.empty()) {
      place.layer = part;
    } else if (part != "kernel") {
      place.module = part;
    }
  }
  return place;
}

const Scored* last_with_updates(const RunData& run) {
  for (auto at = run.scored.rbegin(); at != run.scored.rend(); ++at) {
    if (!at->updates.empty()) return &*at;
  }
  return nullptr;
}

std::vector<std::string> modules_of(const Scored& at) {
  std::vector<std::string> modules;
  for (const auto& [path, unused] : at.updates) {
    const std::string module = place_of(path).module;
    if (std::ranges::find(modules, module) == modules.end()) modules.push_back(module);
  }
  return modules;
}

bool by_number(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

HeatTable layers(const Scored& at, size_t measure) {
  HeatTable table{.title = kUpdateMeasures[measure].title,
                  .note = kUpdateMeasures[measure].note,
                  .corner = "layer",
                  .columns = modules_of(at)};
  std::map<std::string, std::vector<HeatTable::Value>,
           bool (*)(const std::string&, const std::string&)>
      rows(by_number);
  for (const auto& [path, measures] : at.updates) {
    const Place place = place_of(path);
    std::vector<HeatTable::Value>& row = rows[place.layer];
    row.resize(table.columns.size());
    const auto column = std::ranges::find(table.columns, place.module) - table.columns.begin();
    row[static_cast<size_t>(column)].value = measures[measure];
  }
  for (auto& [layer, values] : rows)
    table.rows.push_back({layer.empty() ? "–" : layer, std::move(values)});
  return table;
}

std::string heat_tables(const Scored& at) {
  std::string all;
  for (size_t measure = 0; measure < kUpdateMeasures.size(); ++measure) {
    const bool any = std::ranges::any_of(
        at.updates, [&](const auto& module) { return !std::isnan(module.second[measure]); });
    if (any) all += html(layers(at, measure));
  }
  return "<div class=\"heats\">\n" + all + "</div>\n";
}

/// The mean over the layers of each module's ‖ΔW‖ / ‖W‖.
Chart growth(const RunData& run, const std::string& run_id) {
  Chart chart{.id = "adapters-growth-" + run_id,
              .title = "size of the updates",
              .note = "‖ΔW‖ / ‖W‖, mean over the layers",
              .marks = marks_of({run})};
  std::map<std::string, Curve> curves;
  for (const Scored& at : run.scored) {
    std::map<std::string, std::pair<double, int>> sums;
    for (const auto& [path, measures] : at.updates) {
      auto& [sum, count] = sums[place_of(path).module];
      sum += measures[0];
      ++count;
    }
    for (const auto& [module, sum] : sums) {
      curves[module].add(static_cast<double>(at.step), sum.first / sum.second);
    }
  }
  for (auto& [module, curve] : curves) {
    curve.name = module;
    curve.kind = Curve::Kind::kDots;
    curve.color = color_of(chart.curves.size());
    chart.curves.push_back(std::move(curve));
  }
  chart.tidy(points_of({run}));
  return chart;
}

/// One chart a unit, a curve an evaluation.
std::vector<Chart> scaled(const RunData& run, const std::string& run_id) {
  std::map<std::string, Chart> charts;
  for (const auto& [name, estimates] : run.adapter_curve->evaluations) {
    const Measure measure = measure_of(name);
    Chart& chart = charts[measure.unit];
    chart.id = "adapter-scale-" + run_id + "-" + measure.unit;
    chart.title = measure.unit + " with scaled adapters";
    chart.note = "0: the frozen base; 1: the adapters as they are";
    chart.x_name = "scale";
    chart.group = "scale";
    Curve curve{.name = measure.subject,
                .color = color_of(chart.curves.size()),
                .kind = Curve::Kind::kDots};
    for (size_t i = 0; i < estimates.size(); ++i) {
      curve.add(run.adapter_curve->scales[i], estimates[i].value);
      curve.low.push_back(interval(estimates[i]).low);
      curve.high.push_back(interval(estimates[i]).high);
    }
    chart.curves.push_back(std::move(curve));
  }
  std::vector<Chart> all;
  for (auto& [unit, chart] : charts) {
    chart.tidy(points_of({run}));
    all.push_back(std::move(chart));
  }
  return all;
}

}  // namespace

Section adapters_section(const Runs& runs) {
  const bool adapted = std::ranges::any_of(runs, has_adapters);
  Section section{.id = "adapters", .title = adapted ? "Adapters" : "Updates of the weights"};
  for (const RunData& run : runs) {
    const Scored* last = last_with_updates(run);
    std::vector<Chart> charts;
    if (run.adapter_curve) charts = scaled(run, id_of(runs, run));
    if (last) charts.push_back(growth(run, id_of(runs, run)));
    if (charts.empty()) continue;
    section.html += run_heading(runs, run) + html(charts) + (last ? heat_tables(*last) : "");
  }
  return section;
}

}  // namespace twofold::report
