#include "report/figures/html.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "stats/transfer.h"
#include "unicode/utf8.h"

namespace twofold::report {

std::string escape(std::string_view text) {
  std::string safe;
  for (const char c : repair_utf8(std::string(text))) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string number(double value) {
  if (std::isnan(value)) return "–";
  const double size = std::abs(value);
  if (size >= 1000 && size < 1e15) return with_thousands(std::llround(value));
  return fmt::format("{:.4g}", value);
}

std::string signed_number(double value) {
  if (std::isnan(value)) return "–";
  return (value > 0 ? "+" : value < 0 ? "−" : "") + number(std::abs(value));
}

std::string exact(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; }

std::string percent(double share) { return fmt::format("{:.2f}%", 100 * share); }

std::string tick_text(double value) {
  value += 0.0;  // no -0
  const double size = std::abs(value);
  if (size >= 1e6) return fmt::format("{:.4g}M", value / 1e6);
  if (size >= 1e4) return fmt::format("{:.4g}k", value / 1e3);
  return fmt::format("{:.6g}", value);
}

Bounds interval(const Estimate& estimate) {
  const stats::Interval sure =
      stats::Estimate{.value = estimate.value, .standard_error = estimate.standard_error}
          .interval();
  return {sure.low, sure.high};
}

std::string slug(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    name += plain || c == '_' || c == '.' ? c : '-';
  }
  return name;
}

}  // namespace twofold::report
