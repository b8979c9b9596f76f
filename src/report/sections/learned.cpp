// What was learned and what was forgotten: verdicts first, then every number behind them.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/figures/html.h"
#include "report/figures/table.h"
#include "report/figures/verdict.h"
#include "report/measure.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

/// One list a verdict, each change in the words of its measure.
std::string tile(const std::string& verdict, const std::vector<Change>& changes,
                 const std::vector<Measure>& all) {
  std::string items;
  for (const Change& change : changes) {
    if (change.verdict != verdict || is_derived(change.measure, all)) continue;
    items += fmt::format("<li><b>{}</b> {} <span>{}</span></li>", escape(change.measure.subject),
                         escape(change.measure.unit), plus_minus(change.value, change.interval));
  }
  if (items.empty() && verdict.empty()) return "";
  if (items.empty()) items = "<li>nothing</li>";
  return fmt::format("<section class=\"tile {}\"><h3>{}</h3><ul>{}</ul></section>\n",
                     css_of(verdict), verdict.empty() ? "no interval" : verdict, items);
}

std::string tiles(const std::vector<Change>& changes) {
  std::vector<Measure> all;
  for (const Change& change : changes) all.push_back(change.measure);
  std::string html;
  for (const char* verdict : {"learned", "forgotten", "unchanged", ""}) {
    html += tile(verdict, changes, all);
  }
  return "<div class=\"tiles\">\n" + html + "</div>\n";
}

/// How far the changes of a unit reach, so that its bars can be compared.
using Reaches = std::map<std::string, double>;

double start_of(const RunData& run, const std::string& key) {
  const Scored* start = moment(run, "start");
  if (!start) return kNoNumber;
  const auto found = start->metrics.find(key);
  return found == start->metrics.end() ? kNoNumber : found->second.value;
}

std::vector<Cell> row_of(const RunData& run, const Change& change, bool several,
                         const Reaches& reaches) {
  std::vector<Cell> row;
  if (several) row.push_back(Cell::text(run.name));
  row.push_back({.html = fmt::format("<b>{}</b> {}", escape(change.measure.subject),
                                     escape(change.measure.unit)),
                 .sort_by = change.measure.subject + " " + change.measure.unit,
                 .css = "name"});
  row.push_back(Cell::number(start_of(run, change.measure.key)));
  row.push_back(Cell::number(change.from.value));
  row.push_back(Cell::number(change.to.value));
  row.push_back({signed_number(change.value), exact(change.value), "n"});
  row.push_back({interval_text(change.interval) + (change.paired ? " <small>paired</small>" : ""),
                 exact(change.interval.low), "n"});
  row.push_back(
      {forest(change.value, change.interval, reaches.at(change.measure.unit), change.verdict),
       exact(change.value), "bar"});
  row.push_back({chip(change.verdict), change.verdict});
  return row;
}

/// What the frozen base lost by its storage, where both were scored.
std::string freezing(const RunData& run) {
  const Scored *before = moment(run, "boundary"), *frozen = moment(run, "frozen");
  if (!before || !frozen) return "";
  std::string costs;
  for (const auto& [key, estimate] : frozen->metrics) {
    const auto found = before->metrics.find(key);
    if (!key.starts_with("val/") || found == before->metrics.end()) continue;
    costs += fmt::format("{}{} {}", costs.empty() ? "" : ", ", escape(measure_of(key).subject),
                         signed_number(estimate.value - found->second.value));
  }
  return costs.empty() ? "" : "Storing the frozen base cost, in loss: " + costs + ". ";
}

std::string begin_name(const Runs& runs) {
  const auto all_begin_at = [&](const char* moment) {
    return std::ranges::all_of(runs, [&](const RunData& run) {
      const Scored* begin = changes_begin(run);
      return begin && begin->moment == moment;
    });
  };
  if (all_begin_at("boundary")) return "before phase 2";
  return all_begin_at("frozen") ? "frozen base" : "before";
}

std::string intervals(const Runs& runs) {
  size_t paired = 0, all = 0;
  for (const RunData& run : runs) {
    for (const Change& change : changes_of(run)) {
      paired += change.paired ? 1 : 0;
      all += change.verdict.empty() ? 0 : 1;
    }
  }
  std::string text = "Intervals are 95 %. ";
  if (paired > 0) text += "Those marked “paired” are of the differences item by item. ";
  if (paired < all) {
    text += std::string(paired > 0 ? "The others" : "They") +
            " treat the two scores as independent, which makes them wide, not narrow. ";
  }
  return text +
         "<i>Learned</i> and <i>forgotten</i> are said only where the interval excludes zero.";
}

HtmlTable table_of(const Runs& runs, const std::string& id) {
  HtmlTable table{.id = id,
                  .header = {"measure", "start", begin_name(runs), "now", "change", "95 % interval",
                             "around zero", "verdict"}};
  if (runs.size() > 1) table.header.insert(table.header.begin(), "run");
  return table;
}

struct ChangeOfRun {
  const RunData* run;
  Change change;
};

/// By measure, so that runs can be compared.
std::vector<ChangeOfRun> all_changes(const Runs& runs) {
  std::vector<ChangeOfRun> all;
  for (const RunData& run : runs) {
    for (Change& change : changes_of(run)) all.push_back({&run, std::move(change)});
  }
  const std::vector<Measure> order = measures_of(runs);
  std::ranges::stable_sort(all, {}, [&](const ChangeOfRun& one) {
    return std::ranges::find(order, one.change.measure.key, &Measure::key) - order.begin();
  });
  return all;
}

/// Every change as a row; perplexities that bits per byte tell already are in a table of their own.
std::string tables(const Runs& runs) {
  const std::vector<ChangeOfRun> all = all_changes(runs);
  const std::vector<Measure> measures = measures_of(runs);
  Reaches reaches;
  for (const ChangeOfRun& one : all) {
    double& reach = reaches[one.change.measure.unit];
    reach = std::max(reach, reach_of(one.change.value, one.change.interval));
  }
  HtmlTable first = table_of(runs, "changes"), derived = table_of(runs, "derived");
  for (const ChangeOfRun& one : all) {
    HtmlTable& table = is_derived(one.change.measure, measures) ? derived : first;
    table.rows.push_back(row_of(*one.run, one.change, runs.size() > 1, reaches));
  }
  if (derived.rows.empty()) return html(first);
  return html(first) + "<details id=\"others\"><summary>the same in other units</summary>\n" +
         html(derived) + "</details>\n";
}

}  // namespace

Section learned_section(const Runs& runs) {
  std::string notes, verdicts;
  for (const RunData& run : runs) {
    const std::vector<Change> changes = changes_of(run);
    if (!changes.empty()) verdicts += run_heading(runs, run) + tiles(changes);
    if (const std::string cost = freezing(run); !cost.empty()) {
      notes += (runs.size() > 1 ? escape(run.name) + ": " : "") + cost;
    }
  }
  Section section{.id = "learned", .title = "What was learned, what was forgotten"};
  if (verdicts.empty()) return section;
  section.html =
      verdicts + tables(runs) + "<p class=\"note\">" + notes + intervals(runs) + "</p>\n";
  return section;
}

}  // namespace twofold::report
