#include "report/figures/table.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/figures/html.h"

namespace twofold::report {
namespace {

std::string cell_html(const Cell& cell, const std::string& label) {
  std::string attributes;
  if (!cell.css.empty()) attributes += fmt::format(R"( class="{}")", cell.css);
  if (!cell.sort_by.empty()) attributes += fmt::format(R"( data-v="{}")", escape(cell.sort_by));
  return fmt::format(R"(<td{} data-l="{}">{}</td>)", attributes, escape(label), cell.html);
}

}  // namespace

Cell Cell::text(const std::string& plain) { return {.html = escape(plain)}; }

Cell Cell::number(double value) {
  return {.html = report::number(value), .sort_by = exact(value), .css = "n"};
}

Cell Cell::count(int64_t value) {
  return {.html = with_thousands(value), .sort_by = std::to_string(value), .css = "n"};
}

std::string html(const HtmlTable& table) {
  std::string head, body;
  for (size_t i = 0; i < table.header.size(); ++i) {
    const bool numbers = !table.rows.empty() && table.rows.front()[i].css == "n";
    head += (numbers ? "<th class=\"n\">" : "<th>") + escape(table.header[i]) + "</th>";
  }
  for (const std::vector<Cell>& row : table.rows) {
    body += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) body += cell_html(row[i], table.header[i]);
    body += "</tr>\n";
  }
  return fmt::format(
      "<table class=\"sortable {}\" "
      "id=\"{}\"><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table>\n",
      table.css, slug(table.id), head, body);
}

}  // namespace twofold::report
