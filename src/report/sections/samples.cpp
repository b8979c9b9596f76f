// What the model writes, before and after.

#include <algorithm>

#include "report/figures/html.h"
#include "report/sections/sections.h"

namespace twofold::report {
namespace {

std::vector<std::string> states_of(const RunData& run) {
  std::vector<std::string> states;
  for (const Sample& sample : run.samples) {
    if (std::ranges::find(states, sample.which) == states.end()) states.push_back(sample.which);
  }
  return states;
}

std::string column(const RunData& run, const std::string& state) {
  std::string texts;
  for (const Sample& sample : run.samples) {
    if (sample.which == state) texts += "<blockquote>" + escape(sample.text) + "</blockquote>\n";
  }
  const std::string heading = state.empty() ? "at the end" : escape(state);
  return "<div><h4>" + heading + "</h4>" + texts + "</div>\n";
}

}  // namespace

Section samples_section(const Runs& runs) {
  Section section{.id = "samples", .title = "Samples"};
  for (const RunData& run : runs) {
    if (run.samples.empty()) continue;
    std::string columns;
    for (const std::string& state : states_of(run)) columns += column(run, state);
    section.html += run_heading(runs, run) + "<div class=\"samples\">\n" + columns + "</div>\n";
  }
  return section;
}

}  // namespace twofold::report
