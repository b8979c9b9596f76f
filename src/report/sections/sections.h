#pragma once
// The parts of the page, in its order. Each is empty where the runs have nothing to show in it.

#include <optional>
#include <string>
#include <vector>

#include "report/figures/chart.h"
#include "report/run_data.h"
#include "twofold/evaluator.h"

namespace twofold::report {

using Runs = std::vector<RunData>;

struct Section {
  std::string id, title;
  std::string html = {};
};

Section summary_section(const Runs& runs);
Section learned_section(const Runs& runs);
Section continual_section(const Runs& runs);
Section curves_section(const Runs& runs);
Section evaluations_section(const Runs& runs);
Section adapters_section(const Runs& runs);
Section samples_section(const Runs& runs);
Section rows_section(const Runs& runs);
Section speed_section(const Runs& runs);
Section config_section(const Runs& runs);

/// Whether the phase 2 of a run trains all parameters, to be compared with adapters.
bool is_control(const RunData& run);
bool has_adapters(const RunData& run);
/// "lower is better"; empty if it is not known.
std::string better_note(std::optional<Metric::Better> better);
/// A heading with the run's name where there are several runs.
std::string run_heading(const Runs& runs, const RunData& run);
/// What the names of a run's places in the page are made of; of every run another. `run` is one of
/// `runs`.
std::string id_of(const Runs& runs, const RunData& run);
/// Where the stages of the runs meet, for charts over steps with a curve a run. Where the runs
/// disagree: where each one's phase 2 begins.
std::vector<Mark> marks_of(const Runs& runs);
/// How many points each curve may have, so that the page stays small.
size_t points_of(const Runs& runs);
/// A chart with a curve a run, or, of one run, with a curve a subject: of every score of a measure.
std::vector<Chart> score_charts(const Runs& runs, const std::string& prefix);

}  // namespace twofold::report
