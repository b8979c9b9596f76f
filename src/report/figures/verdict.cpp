#include "report/figures/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures/html.h"

namespace twofold::report {
namespace {

constexpr double kHalf = 0.47;  // of the line's length, so that the ends have room

}  // namespace

std::string css_of(const std::string& verdict) { return verdict.empty() ? "unknown" : verdict; }

std::string chip(const std::string& verdict) {
  return fmt::format(R"(<span class="chip {}">{}</span>)", escape(css_of(verdict)),
                     verdict.empty() ? "no interval" : escape(verdict));
}

std::string forest(double change, const Bounds& interval, double reach,
                   const std::string& verdict) {
  const auto at = [reach](double value) {
    return percent(0.5 + kHalf * (reach > 0 ? value / reach : 0));
  };
  std::string bar;
  if (!std::isnan(interval.low)) {
    bar = fmt::format(R"(<line class="span" x1="{}" x2="{}" y1="50%" y2="50%"/>)", at(interval.low),
                      at(interval.high));
  }
  return fmt::format(
      R"(<svg class="forest {}" aria-hidden="true"><line class="zero" x1="50%" x2="50%" y2="100%"/>{}<circle cx="{}" cy="50%" r="4"/></svg>)",
      escape(css_of(verdict)), bar, at(change));
}

double reach_of(double change, const Bounds& interval) {
  double reach = 0;
  for (const double end : {change, interval.low, interval.high}) {
    if (!std::isnan(end)) reach = std::max(reach, std::abs(end));
  }
  return reach;
}

std::string interval_text(const Bounds& interval) {
  if (std::isnan(interval.low)) return "–";
  return signed_number(interval.low) + " … " + signed_number(interval.high);
}

std::string plus_minus(double change, const Bounds& interval) {
  const double half = (interval.high - interval.low) / 2;
  if (std::isnan(half)) return signed_number(change);
  return signed_number(change) + " ± " + fmt::format("{:.2g}", half);
}

}  // namespace twofold::report
