// The score matrix of a continual run, and what the field computes from it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/figures/heat.h"
#include "report/figures/html.h"
#include "report/figures/table.h"
#include "report/figures/verdict.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

HeatTable matrix(const Continual& all) {
  HeatTable table{.corner = "after", .columns = all.tasks};
  for (size_t i = 0; i < all.scores.size(); ++i) {
    HeatTable::Row row{.name = all.boundaries[i]};
    for (const auto& score : all.scores[i]) {
      HeatTable::Value value;
      if (score) {
        value.value = score->value;
        if (!std::isnan(score->interval.low)) {
          value.below = number(score->interval.low) + " … " + number(score->interval.high);
        }
      }
      row.values.push_back(value);
    }
    table.rows.push_back(std::move(row));
  }
  table.less_is_more = all.higher_is_better == false;
  return table;
}

std::string meaning(const std::string& metric) {
  static const std::map<std::string, std::string> kMeanings = {
      {"average", "mean over the tasks at the end"},
      {"backward_transfer", "from the end of a task's training to the end; above 0 is a gain"},
      {"forward_transfer", "from the start to the end of the task before; above 0 is a gain"},
      {"forgetting", "first − last (as Avalanche has it); above 0 is a harm"},
      {"forgetting_max", "best − last (after Chaudhry et al.); above 0 is a harm"}};
  const auto found = kMeanings.find(metric);
  return found == kMeanings.end() ? "" : found->second;
}

std::string metrics_table(const Continual& all, const std::string& id) {
  HtmlTable table{.id = id + "-metrics", .header = {"metric", "value", "what it is"}};
  for (const auto& [name, value] : all.metrics) {
    std::string words = name;
    std::ranges::replace(words, '_', ' ');
    table.rows.push_back({Cell::text(words), Cell::number(value), Cell::text(meaning(name))});
  }
  return html(table);
}

std::string changes_table(const Continual& all, const std::string& id) {
  HtmlTable table{
      .id = id + "-changes",
      .header = {"task", "from", "to", "change", "95 % interval", "around zero", "verdict"}};
  double reach = 0;
  for (const ContinualChange& one : all.changes)
    reach = std::max(reach, reach_of(one.value, one.interval));
  for (const ContinualChange& one : all.changes) {
    table.rows.push_back(
        {{"<b>" + escape(one.task) + "</b>", one.task, "name"},
         Cell::text(one.from),
         Cell::text(one.to),
         {signed_number(one.value), exact(one.value), "n"},
         {interval_text(one.interval), exact(one.interval.low), "n"},
         {forest(one.value, one.interval, reach, one.verdict), exact(one.value), "bar"},
         {chip(one.verdict), one.verdict}});
  }
  return table.rows.empty() ? "" : html(table);
}

std::string better_text(const Continual& all) {
  if (!all.higher_is_better) return "";
  return *all.higher_is_better ? "higher is better" : "lower is better";
}

/// What each task scored at each boundary, as curves.
Chart chart_of(const Continual& all, const std::string& id, const Runs& runs) {
  Chart chart{.id = id + "-chart",
              .title = (all.metric.empty() ? "score" : all.metric) + " by boundary",
              .note = better_text(all),
              .x_name = "boundary",
              .group = ""};
  for (size_t j = 0; j < all.tasks.size(); ++j) {
    Curve curve{.name = all.tasks[j], .color = static_cast<int>(j % 8), .kind = Curve::Kind::kDots};
    for (size_t i = 0; i < all.scores.size(); ++i) {
      const auto& score = all.scores[i][j];
      curve.add(static_cast<double>(i), score ? score->value : kNoNumber);
      curve.low.push_back(score ? score->interval.low : kNoNumber);
      curve.high.push_back(score ? score->interval.high : kNoNumber);
    }
    chart.curves.push_back(std::move(curve));
  }
  chart.tidy(points_of(runs));
  return chart;
}

std::string part(const Continual& all, const std::string& id, const Runs& runs) {
  const std::string note = fmt::format(
      "<p class=\"note\">{}{}below each score its 95 % interval. Darker is better.</p>\n",
      escape(all.metric), all.metric.empty() ? "" : ": " + better_text(all) + "; ");
  return html(matrix(all)) + note + changes_table(all, id) +
         html(std::vector<Chart>{chart_of(all, id, runs)}) + metrics_table(all, id);
}

}  // namespace

Section continual_section(const Runs& runs) {
  Section section{.id = "continual", .title = "Tasks in turn"};
  for (const RunData& run : runs) {
    if (!run.continual.empty()) section.html += run_heading(runs, run);
    for (size_t i = 0; i < run.continual.size(); ++i) {
      if (i > 0) section.html += "<h3>by validation loss</h3>\n";
      section.html += part(run.continual[i], fmt::format("continual-{}-{}", run.name, i), runs);
    }
  }
  return section;
}

}  // namespace twofold::report
