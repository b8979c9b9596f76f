#include "report/page.h"

#include <fmt/format.h>

#include "report/figures/html.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

std::vector<Section> sections_of(const Runs& runs) {
  std::vector<Section> all = {
      learned_section(runs),     continual_section(runs), curves_section(runs),
      evaluations_section(runs), adapters_section(runs),  samples_section(runs),
      rows_section(runs),        speed_section(runs),     config_section(runs)};
  std::erase_if(all, [](const Section& section) { return section.html.empty(); });
  return all;
}

}  // namespace

std::string page_title(const std::vector<RunData>& runs) {
  std::string title;
  for (const RunData& run : runs) title += (title.empty() ? "" : ", ") + run.name;
  return title;
}

std::string page_content(const std::vector<RunData>& runs) {
  std::string links, html;
  for (const Section& section : sections_of(runs)) {
    links += fmt::format("<a href=\"#{}\">{}</a>", section.id, section.title);
    html += fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", section.id, section.title,
                        section.html);
  }
  return summary_section(runs).html + "<nav>" + links + "</nav>\n" + html;
}

std::string page(const std::string& title, const std::string& content, const std::string& version) {
  const std::string name = escape(title);
  const std::string watched =
      version.empty() ? "" : fmt::format(R"( data-watch="{}")", escape(version));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"{}>\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'\">\n"
      "<title>{} · twofold</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{}</style>\n"
      "</head>\n<body>\n<header><h1>{}</h1><span id=\"live\"></span><button type=\"button\" "
      "id=\"theme\" hidden>light / dark</button></header>\n<main>\n{}</main>\n"
      "<footer>made by twofold {}</footer>\n<script>\n{}</script>\n</body>\n</html>\n",
      watched, name, kStyle, name, content, version.empty() ? "report" : "watch", kScript);
}

}  // namespace twofold::report
