// The rows behind the largest losses.

#include <fmt/format.h>

#include "report/figures/html.h"
#include "report/figures/table.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

std::string rows_table(const std::string& run_id, const LossRows& step) {
  HtmlTable table{.id = fmt::format("rows-{}-{}", run_id, step.step),
                  .header = {"share", "loss", "tokens", "dataset", "row", "epoch", "text"},
                  .css = "texts"};
  for (const LossRow& row : step.rows) {
    table.rows.push_back({{fmt::format("{:.1f} %", 100 * row.share), exact(row.share), "n"},
                          Cell::number(row.loss),
                          Cell::count(row.tokens),
                          Cell::text(row.dataset),
                          Cell::count(row.row),
                          Cell::count(row.epoch),
                          {.html = escape(row.text), .css = "long"}});
  }
  return fmt::format(
      "<p>Step {}: loss {}; the median of the steps before it is {}. Its rows by their share of "
      "the "
      "loss:</p>\n{}",
      step.step, number(step.loss), number(step.before), html(table));
}

}  // namespace

Section rows_section(const Runs& runs) {
  Section section{.id = "rows", .title = "Rows behind the largest losses"};
  for (const RunData& run : runs) {
    if (run.loss_rows.empty()) continue;
    section.html += run_heading(runs, run);
    for (const LossRows& step : run.loss_rows) {
      section.html += rows_table(id_of(runs, run), step);
    }
  }
  return section;
}

}  // namespace twofold::report
