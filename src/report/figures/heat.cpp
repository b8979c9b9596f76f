#include "report/figures/heat.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures/html.h"
#include "report/figures/ticks.h"

namespace twofold::report {
namespace {

constexpr double kDarkest = 42;  // % of the colour: text on it keeps its contrast

/// Of the numbers that the shade in a column is measured by.
Range range_of(const HeatTable& table, size_t column) {
  Range range = {INFINITY, -INFINITY};
  for (const HeatTable::Row& row : table.rows) {
    for (size_t i = 0; i < row.values.size(); ++i) {
      const double value = row.values[i].value;
      if (std::isnan(value) || (table.by_column && i != column)) continue;
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  }
  return range;
}

double shade(const HeatTable& table, size_t column, double value) {
  const Range range = range_of(table, column);
  if (range.high <= range.low) return kDarkest / 2;
  const double share = (value - range.low) / (range.high - range.low);
  const bool less = column < table.less_is_more.size() && table.less_is_more[column];
  return kDarkest * (less ? 1 - share : share);
}

std::string cell(const HeatTable& table, const HeatTable::Value& value, size_t column) {
  if (std::isnan(value.value)) return "<td class=\"n\">–</td>";
  const std::string below = value.below.empty() ? "" : "<small>" + value.below + "</small>";
  return fmt::format(R"(<td class="n" data-l="{}" title="{}" style="--h:{:.0f}%">{}{}</td>)",
                     escape(table.columns[column]), exact(value.value),
                     shade(table, column, value.value), fmt::format("{:.3g}", value.value), below);
}

}  // namespace

std::string html(const HeatTable& table) {
  std::string caption, head, body;
  if (!table.title.empty()) {
    caption = fmt::format("<caption><b>{}</b> <span class=\"note\">{}</span></caption>",
                          escape(table.title), escape(table.note));
  }
  for (const std::string& column : table.columns) head += "<th>" + escape(column) + "</th>";
  for (const HeatTable::Row& row : table.rows) {
    body += "<tr><th>" + escape(row.name) + "</th>";
    for (size_t i = 0; i < row.values.size(); ++i) {
      body += cell(table, row.values[i], i);
    }
    body += "</tr>\n";
  }
  return fmt::format(
      "<table class=\"heat\">{}<thead><tr><th>{}</th>{}</tr></thead><tbody>\n{}</tbody></table>\n",
      caption, escape(table.corner), head, body);
}

}  // namespace twofold::report
