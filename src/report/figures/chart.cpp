#include "report/figures/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures/html.h"

namespace twofold::report {
namespace {

// The curves' own coordinates; the page stretches them over whatever room there is. The same in
// report.js.
constexpr double kWidth = 4000, kHeight = 2000;

struct Scale {
  Range x, y;
  double across(double value) const { return (value - x.low) / (x.high - x.low); }
  double down(double value) const { return 1 - (value - y.low) / (y.high - y.low); }
  std::string at(double x_value, double y_value) const {
    return fmt::format("{:.0f} {:.0f}", kWidth * across(x_value), kHeight * down(y_value));
  }
};

std::string line_path(const Curve& curve, const Scale& scale) {
  std::string d;
  for (size_t i = 0; i < curve.x.size(); ++i) {
    d += (i == 0 ? "M" : "L") + scale.at(curve.x[i], curve.y[i]);
  }
  return d;
}

/// A line of no length, which its round ends make a dot.
std::string dots_path(const Curve& curve, const Scale& scale) {
  std::string d;
  for (size_t i = 0; i < curve.x.size(); ++i) d += "M" + scale.at(curve.x[i], curve.y[i]) + "h0";
  return d;
}

std::string interval_path(const Curve& curve, const Scale& scale) {
  std::string d;
  for (size_t i = 0; i < curve.low.size(); ++i) {
    if (std::isnan(curve.low[i])) continue;
    d += "M" + scale.at(curve.x[i], curve.low[i]) + "L" + scale.at(curve.x[i], curve.high[i]);
  }
  return d;
}

std::string path(size_t place, const Curve& curve, const char* part, const std::string& d) {
  const char* raw = curve.kind == Curve::Kind::kRaw ? " raw" : "";
  return fmt::format(R"(<path data-i="{}" data-part="{}" class="{}{} c{}" d="{}"/>)", place, part,
                     part, raw, curve.color, d);
}

std::string curves_svg(const Chart& chart, const Scale& scale) {
  std::string svg = fmt::format(
      R"(<svg class="curves" width="100%" height="100%" viewBox="0 0 {} {}" preserveAspectRatio="none">)",
      kWidth, kHeight);
  for (size_t i = 0; i < chart.curves.size(); ++i) {
    const Curve& curve = chart.curves[i];
    if (!curve.low.empty()) svg += path(i, curve, "sure", interval_path(curve, scale));
    svg += path(i, curve, "line", line_path(curve, scale));
    if (curve.kind == Curve::Kind::kDots) svg += path(i, curve, "dots", dots_path(curve, scale));
  }
  return svg + "</svg>";
}

std::string axes_svg(const Scale& scale) {
  std::string svg = R"(<g class="grid">)";
  for (const double value : ticks(scale.y, 5)) {
    const std::string y = percent(scale.down(value));
    svg +=
        fmt::format(R"(<line x2="100%" y1="{}" y2="{}"/><text x="-8" y="{}" dy=".32em">{}</text>)",
                    y, y, y, tick_text(value));
  }
  svg += R"(</g><g class="xt">)";
  for (const double value : ticks(scale.x, 5)) {
    svg += fmt::format(R"(<text x="{}" y="100%" dy="18">{}</text>)", percent(scale.across(value)),
                       tick_text(value));
  }
  return svg + "</g>";
}

std::string marks_svg(const Chart& chart, const Scale& scale) {
  std::string svg;
  for (const Mark& mark : chart.marks) {
    const std::string x = percent(scale.across(mark.x));
    const std::string own = mark.color < 0 ? "" : fmt::format(" own c{}", mark.color);
    svg += fmt::format(
        R"(<g class="mark{}"><line x1="{}" x2="{}" y2="100%"/><text x="{}" y="-5">{}</text></g>)",
        own, x, x, x, escape(mark.label));
  }
  return svg;
}

std::string list(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + exact(value);
  return "[" + text + "]";
}

/// A text as JSON within a <script>, where "</" would end it.
std::string json_text(const std::string& text) {
  std::string safe = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '<' || static_cast<unsigned char>(c) < 0x20) {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      safe += c;
    }
  }
  return safe + "\"";
}

std::string curve_json(const Curve& curve) {
  std::string text = fmt::format(
      R"({{"name":{},"color":{},"kind":"{}","x":{},"y":{})", json_text(curve.name), curve.color,
      curve.kind == Curve::Kind::kRaw ? "raw" : "line", list(curve.x), list(curve.y));
  if (!curve.low.empty()) {
    text += fmt::format(R"(,"lo":{},"hi":{})", list(curve.low), list(curve.high));
  }
  return text + "}";
}

std::string data_json(const Chart& chart) {
  std::string curves, marks;
  for (const Curve& curve : chart.curves) curves += (curves.empty() ? "" : ",") + curve_json(curve);
  for (const Mark& mark : chart.marks) {
    marks +=
        fmt::format("{}[{},{}]", marks.empty() ? "" : ",", exact(mark.x), json_text(mark.label));
  }
  return fmt::format(R"({{"title":{},"x":{},"group":{},"marks":[{}],"curves":[{}]}})",
                     json_text(chart.title), json_text(chart.x_name), json_text(chart.group), marks,
                     curves);
}

std::string legend(const Chart& chart) {
  if (chart.curves.size() < 2) return "";
  std::string keys;
  for (const Curve& curve : chart.curves) {
    keys += fmt::format(
        R"(<button type="button" class="key" aria-pressed="true"><i class="c{}{}"></i>{}</button>)",
        curve.color, curve.kind == Curve::Kind::kRaw ? " raw" : "", escape(curve.name));
  }
  return R"(<div class="keys">)" + keys + "</div>";
}

}  // namespace

std::string html(const Chart& chart) {
  const Scale scale{x_range(chart), y_range(chart)};
  const std::string note =
      chart.note.empty() ? "" : R"(<span class="note">)" + escape(chart.note) + "</span>";
  return fmt::format(
      "<figure class=\"chart\" id=\"{}\"><figcaption><b>{}</b>{}</figcaption>{}"
      "<svg class=\"plot\" role=\"img\" tabindex=\"0\" aria-label=\"{}\">{}{}{}</svg>"
      "<script type=\"application/json\">{}</script></figure>\n",
      slug(chart.id), escape(chart.title), note, legend(chart), escape(chart.title),
      axes_svg(scale), marks_svg(chart, scale), curves_svg(chart, scale), data_json(chart));
}

std::string html(const std::vector<Chart>& charts) {
  std::string all;
  for (const Chart& chart : charts) {
    if (!chart.curves.empty()) all += html(chart);
  }
  return all.empty() ? "" : "<div class=\"charts\">\n" + all + "</div>\n";
}

}  // namespace twofold::report
