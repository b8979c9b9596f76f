// What kind of run it is, how far it is, and what it warned of.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/figures/html.h"
#include "report/figures/table.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

using Fact = std::pair<std::string, std::string>;

std::string setting(const RunData& run, const std::string& key) {
  const std::string* found = run.setting(key);
  return found ? *found : "";
}

std::string progress(const RunData& run) {
  const int64_t total = std::max(run.total_steps(), run.last_step());
  const std::string of =
      with_thousands(run.last_step()) + " of " + with_thousands(total) + " steps";
  return run.finished() ? "finished, " + with_thousands(run.last_step()) + " steps" : of;
}

/// The time of all processes that worked on the run, each of which counts its own from 0.
double seconds_of(const RunData& run) {
  double sum = 0, last = 0;
  for (const TimePoint& point : run.timing) {
    if (point.elapsed_s < last) sum += last;
    last = point.elapsed_s;
  }
  return sum + last;
}

double median_speed(const RunData& run) {
  std::vector<double> speeds;
  for (const TimePoint& point : run.timing) {
    if (point.tokens_per_s > 0) speeds.push_back(point.tokens_per_s);
  }
  if (speeds.empty()) return kNoNumber;
  const auto middle = speeds.begin() + std::ssize(speeds) / 2;
  std::nth_element(speeds.begin(), middle, speeds.end());
  return *middle;
}

double peak_memory(const RunData& run) {
  double peak = kNoNumber;
  for (const TimePoint& point : run.timing) peak = std::fmax(peak, point.rss_mib);
  return peak;
}

std::string model(const RunData& run) {
  std::string weights = setting(run, "architecture/backbone/weights");
  if (!weights.empty() && weights != "null" && weights != "\"\"" && weights != "''") return weights;
  return fmt::format("{} layers × {}", setting(run, "architecture/n_layers"),
                     setting(run, "architecture/n_embd"));
}

std::string adapters(const RunData& run) {
  if (is_control(run)) return "none: all parameters, for comparison";
  if (!has_adapters(run)) return "none";
  const std::string text = fmt::format("rank {}, α {}", setting(run, "optimization/lora/rank"),
                                       setting(run, "optimization/lora/alpha"));
  const std::string variant = setting(run, "optimization/lora/variant");
  return variant.empty() || variant == "lora" ? text : variant + ", " + text;
}

std::string rates(const RunData& run) {
  const std::string adapted = setting(run, "optimization/lora/lr");
  const std::string full = setting(run, "optimization/lr");
  const bool another = has_adapters(run) && !adapted.empty() && !adapted.starts_with('-');  // -1
  return another ? full + ", then " + adapted : full;
}

std::vector<Fact> facts(const RunData& run) {
  const double speed = median_speed(run), memory = peak_memory(run);
  return {{"state", progress(run)},
          {"job", setting(run, "job")},
          {"model", model(run)},
          {"adapters", adapters(run)},
          {"learning rate", rates(run)},
          {"seed", setting(run, "training/seed")},
          {"tokens", human_count(static_cast<double>(run.last_tokens()))},
          {"time", run.timing.empty() ? "" : human_duration(seconds_of(run))},
          {"tokens per second", std::isnan(speed) ? "" : human_count(speed)},
          {"memory, peak", std::isnan(memory) ? "" : human_bytes(memory * (1 << 20))}};
}

/// Names of jobs and paths may be broken behind a slash, where text has no other place for it.
std::string with_breaks(const std::string& html) {
  std::string broken;
  for (const char c : html) {
    broken += c;
    if (c == '/') broken += "<wbr>";
  }
  return broken;
}

std::string fact_list(const RunData& run) {
  std::string items;
  for (const auto& [name, value] : facts(run)) {
    if (value.empty()) continue;
    items += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, with_breaks(escape(value)));
  }
  return "<dl class=\"facts\">" + items + "</dl>\n";
}

std::string fact_table(const Runs& runs) {
  HtmlTable table{.id = "runs", .header = {"run"}};
  for (const auto& [name, unused] : facts(runs.front())) table.header.push_back(name);
  for (const RunData& run : runs) {
    std::vector<Cell> row = {{"<b>" + escape(run.name) + "</b>", run.name}};
    for (const auto& [unused, value] : facts(run)) row.push_back(Cell::text(value));
    table.rows.push_back(std::move(row));
  }
  return html(table);
}

std::string warnings(const Runs& runs) {
  std::string items;
  size_t count = 0;
  for (const RunData& run : runs) {
    for (const std::string& warning : run.warnings) {
      const std::string which = runs.size() > 1 ? "<b>" + escape(run.name) + "</b> " : "";
      items += "<li>" + which + escape(warning) + "</li>";
      ++count;
    }
  }
  if (count == 0) return "";
  return fmt::format(
      "<details class=\"warnings\" id=\"warnings\"{}><summary>{} "
      "warning{}</summary><ul>{}</ul></details>\n",
      count <= 3 ? " open" : "", count, count == 1 ? "" : "s", items);
}

}  // namespace

Section summary_section(const Runs& runs) {
  return {.id = "summary",
          .title = "",
          .html = (runs.size() == 1 ? fact_list(runs.front()) : fact_table(runs)) + warnings(runs)};
}

}  // namespace twofold::report
