#include "twofold/base/constraint.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"

namespace twofold {
namespace {

std::string number_text(double number) {
  return number == std::floor(number) && std::abs(number) <= kMaxExact
             ? fmt::format("{:.0f}", number)
             : fmt::format("{}", number);
}

}  // namespace

bool Constraint::allows(double number) const {
  if (number == or_else) return true;
  const bool low = exclusive_min ? number > min : number >= min;
  const bool high = exclusive_max ? number < max : number <= max;
  return std::isfinite(number) && low && high;
}

std::string Constraint::range_text() const {
  if (!choices.empty()) return "one of " + join(choices, ", ");
  const bool low = std::isfinite(min), high = std::isfinite(max);
  std::string text;
  if (low && high) {
    text = fmt::format("in {}{}, {}{}", exclusive_min ? "(" : "[", number_text(min),
                       number_text(max), exclusive_max ? ")" : "]");
  } else if (low) {
    text = (exclusive_min ? "> " : "≥ ") + number_text(min);
  } else if (high) {
    text = (exclusive_max ? "< " : "≤ ") + number_text(max);
  }
  return or_else ? text + ", or " + number_text(*or_else) : text;
}

}  // namespace twofold
