#include "twofold/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace twofold {
namespace {

/// Columns that a terminal uses for UTF-8 text without wide characters.
size_t columns(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string render_row(const std::vector<std::string>& row, const std::vector<size_t>& widths) {
  std::string line = " ";
  for (size_t i = 0; i < row.size(); ++i) {
    line += " " + row[i];
    if (i + 1 < row.size()) line += std::string(widths[i] - columns(row[i]) + 1, ' ');
  }
  return line + "\n";
}

}  // namespace

std::string render(const Table& table) {
  std::vector<size_t> widths;
  const auto widen = [&](const std::vector<std::string>& row) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  };
  widen(table.header);
  for (const auto& row : table.rows) widen(row);
  std::string text = table.title + "\n";
  if (!table.header.empty()) text += render_row(table.header, widths);
  for (const auto& row : table.rows) text += render_row(row, widths);
  if (!table.note.empty()) text += "  " + table.note + "\n";
  return text;
}

std::string render(const ValidationReport& report) {
  std::string text = fmt::format("step {}: ", report.step);
  if (!report.moment.empty()) text += report.moment + ", ";
  text += "validation";
  for (const auto& [dataset, loss] : report.datasets)
    text += fmt::format("  {} {:.4f}", dataset, loss);
  for (const Metric& metric : report.metrics) {
    if (metric.in_files_only) continue;
    text += fmt::format("  {} {:.4f}", metric.name, metric.value);
    if (!std::isnan(metric.standard_error)) text += fmt::format(" ±{:.4f}", metric.standard_error);
  }
  return text + (report.best ? "  (best)" : "");
}

std::string render(const StepReport& report) {
  std::string text = fmt::format("step {}/{} │ phase {} │ loss {:.4f}", report.step,
                                 report.total_steps, report.phase, report.loss);
  // A first step has no speed yet: it pays for what is only done once.
  if (report.tokens_per_s > 0) {
    text += fmt::format(" │ {} tokens/s", human_count(report.tokens_per_s));
  }
  if (report.peak_share > 0) text += fmt::format(" │ {:.0f} % of peak", 100 * report.peak_share);
  if (report.eta_s > 0) text += " │ ETA " + human_duration(report.eta_s);
  return text;
}

}  // namespace twofold
