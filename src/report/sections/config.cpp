// The settings of the runs, what differs between them, and their checkpoints.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/figures/html.h"
#include "report/figures/table.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

std::string value_of(const RunData& run, const std::string& key) {
  const std::string* found = run.setting(key);
  return found ? *found : "–";
}

/// The keys of all runs, in the order in which they first appear.
std::vector<std::string> keys_of(const Runs& runs) {
  std::vector<std::string> keys;
  for (const RunData& run : runs) {
    for (const auto& [key, unused] : run.config) {
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

bool differs(const Runs& runs, const std::string& key) {
  return std::ranges::any_of(
      runs, [&](const RunData& run) { return value_of(run, key) != value_of(runs.front(), key); });
}

std::string settings_table(const Runs& runs, const std::string& id, bool only_different) {
  HtmlTable table{.id = id, .header = {"setting"}, .css = "settings"};
  for (const RunData& run : runs) table.header.push_back(runs.size() > 1 ? run.name : "value");
  for (const std::string& key : keys_of(runs)) {
    if (only_different && !differs(runs, key)) continue;
    std::vector<Cell> row = {Cell::text(key)};
    for (const RunData& run : runs)
      row.push_back({.html = escape(value_of(run, key)), .css = "long"});
    table.rows.push_back(std::move(row));
  }
  return table.rows.empty() ? "<p>The runs have the same settings.</p>\n" : html(table);
}

std::string checkpoints_table(const RunData& run, const std::string& run_id) {
  HtmlTable table{.id = "checkpoints-" + run_id,
                  .header = {"checkpoint", "step", "phase", "tokens", "size"}};
  for (const Checkpoint& checkpoint : run.checkpoints) {
    table.rows.push_back({Cell::text(checkpoint.suffix),
                          Cell::count(checkpoint.step),
                          Cell::count(checkpoint.phase),
                          Cell::count(checkpoint.tokens),
                          {human_bytes(static_cast<double>(checkpoint.bytes)),
                           std::to_string(checkpoint.bytes), "n"}});
  }
  return html(table);
}

std::string folded(const std::string& id, const std::string& title, const std::string& inner) {
  return fmt::format("<details id=\"{}\"><summary>{}</summary>\n{}</details>\n", id, title, inner);
}

}  // namespace

Section config_section(const Runs& runs) {
  Section section{.id = "config", .title = "Settings"};
  if (runs.size() > 1) {
    section.html = "<h3>what differs</h3>\n" + settings_table(runs, "difference", true);
  }
  section.html += folded("all-settings", "all settings", settings_table(runs, "settings", false));
  for (const RunData& run : runs) {
    if (run.checkpoints.empty()) continue;
    section.html += folded("saved-" + id_of(runs, run),
                           "checkpoints" + (runs.size() > 1 ? " of " + escape(run.name) : ""),
                           checkpoints_table(run, id_of(runs, run)));
  }
  return section;
}

}  // namespace twofold::report
