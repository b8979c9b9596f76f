// The score matrix of a continual run, and what the field computes from it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/figures/heat.h"
#include "report/figures/html.h"
#include "report/figures/table.h"
#include "report/figures/verdict.h"
#include "report/measure.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

/// A boundary as people read it.
std::string words_of(std::string label) {
  std::ranges::replace(label, '_', ' ');
  return label;
}

std::optional<Metric::Better> better_of(const Continual& all, size_t task) {
  return measure_of("task/" + all.task_metrics[task]).better;
}

HeatTable matrix(const Continual& all) {
  HeatTable table{.corner = "after", .by_column = true};
  for (size_t j = 0; j < all.tasks.size(); ++j) {
    table.columns.push_back(all.tasks[j] + " " + all.task_metrics[j]);
    table.less_is_more.push_back(better_of(all, j) == Metric::Better::kLower);
  }
  for (size_t i = 0; i < all.scores.size(); ++i) {
    HeatTable::Row row{.name = words_of(all.boundaries[i])};
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
  std::map<std::string, double> reaches;
  for (const ContinualChange& one : all.changes) {
    reaches[one.task] = std::max(reaches[one.task], reach_of(one.value, one.interval));
  }
  for (const ContinualChange& one : all.changes) {
    const std::string bar = forest(one.value, one.interval, reaches[one.task], one.verdict);
    table.rows.push_back({{"<b>" + escape(one.task) + "</b>", one.task, "name"},
                          Cell::text(words_of(one.from)),
                          Cell::text(words_of(one.to)),
                          {signed_number(one.value), exact(one.value), "n"},
                          {interval_text(one.interval), exact(one.interval.low), "n"},
                          {bar, exact(one.value), "bar"},
                          {chip(one.verdict), one.verdict}});
  }
  return table.rows.empty() ? "" : html(table);
}

Curve scores_of_task(const Continual& all, size_t task, int color) {
  Curve curve{.name = all.tasks[task], .color = color, .kind = Curve::Kind::kDots};
  for (size_t i = 0; i < all.scores.size(); ++i) {
    const auto& score = all.scores[i][task];
    curve.add(static_cast<double>(i), score ? score->value : kNoNumber);
    curve.low.push_back(score ? score->interval.low : kNoNumber);
    curve.high.push_back(score ? score->interval.high : kNoNumber);
  }
  return curve;
}

/// What each task scored at each boundary, a chart a metric.
std::vector<Chart> charts_of(const Continual& all, const std::string& id, const Runs& runs) {
  std::vector<Chart> charts;
  for (size_t j = 0; j < all.tasks.size(); ++j) {
    const std::string title = all.task_metrics[j] + " by boundary";
    auto chart = std::ranges::find(charts, title, &Chart::title);
    if (chart == charts.end()) {
      charts.push_back({.id = id + "-" + all.task_metrics[j],
                        .title = title,
                        .note = better_note(better_of(all, j)),
                        .x_name = "boundary",
                        .group = ""});
      chart = charts.end() - 1;
    }
    chart->curves.push_back(scores_of_task(all, j, color_of(chart->curves.size())));
  }
  for (Chart& chart : charts) chart.tidy(points_of(runs));
  return charts;
}

/// The matrix of other jobs has but the two ends of their phases, which are told above it.
bool has_tasks_in_turn(const RunData& run) {
  const std::string* job = run.setting("job");
  return job && job->starts_with("continual/");
}

std::string part(const Continual& all, const std::string& id, const Runs& runs) {
  return html(matrix(all)) +
         "<p class=\"note\">Below each score its 95 % interval. Darker is better, in each column "
         "by "
         "itself.</p>\n" +
         changes_table(all, id) + html(charts_of(all, id, runs)) + metrics_table(all, id);
}

}  // namespace

Section continual_section(const Runs& runs) {
  Section section{.id = "continual", .title = "Tasks in turn"};
  for (const RunData& run : runs) {
    if (!has_tasks_in_turn(run)) continue;
    section.html += run_heading(runs, run);
    for (size_t i = 0; i < run.continual.size(); ++i) {
      if (i > 0) section.html += "<h3>by validation loss</h3>\n";
      section.html +=
          part(run.continual[i], fmt::format("continual-{}-{}", id_of(runs, run), i), runs);
    }
  }
  return section;
}

}  // namespace twofold::report
