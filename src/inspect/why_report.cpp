// What `twofold why` shows, for people and as JSON.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "twofold/why.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

constexpr size_t kShown = 100;  // bytes of a row's text in the table

/// The beginning of the text on one line.
std::string shortened(const std::string& text) {
  std::string line = repair_utf8(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (line.size() <= kShown) return line;
  size_t end = kShown;
  while (inside_character(line, end)) --end;
  return line.substr(0, end) + "…";
}

double mean(const RowLoss& loss) {
  return loss.count > 0 ? loss.sum / static_cast<double>(loss.count) : 0;
}

}  // namespace

Table table_of(const StepRows& step, size_t most) {
  Table table{.title = fmt::format("Step {}, phase {}: loss {:.4f}; {:.4f} is the median of the "
                                   "steps before",
                                   step.step, step.phase, step.loss, step.before),
              .header = {"share", "loss", "tokens", "dataset", "row", "epoch", "text"}};
  for (const RankedRow& row : step.rows) {
    if (table.rows.size() == most) {
      table.note = fmt::format("and {} more rows (--json has all)", step.rows.size() - most);
      break;
    }
    table.rows.push_back({fmt::format("{:.1f} %", 100 * row.share),
                          fmt::format("{:.4f}", mean(row.loss)), std::to_string(row.loss.count),
                          row.dataset, std::to_string(row.row), std::to_string(row.epoch),
                          shortened(row.text)});
  }
  return table;
}

std::string json_of(const StepRows& step) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const RankedRow& row : step.rows) {
    rows.push_back({{"dataset", row.dataset},
                    {"row", row.row},
                    {"epoch", row.epoch},
                    {"share", row.share},
                    {"loss", mean(row.loss)},
                    {"sum", row.loss.sum},
                    {"tokens", row.loss.count},
                    {"text", row.text}});
  }
  const nlohmann::ordered_json all = {{"step", step.step},
                                      {"phase", step.phase},
                                      {"loss", step.loss},
                                      {"before", step.before},
                                      {"rows", std::move(rows)}};
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace twofold
