#pragma once
// What the lines of a run's files say.

#include <string>

#include "report/run_data.h"

namespace twofold::report {

/// Adds a line of metrics.jsonl. A line that cannot be read is left out.
void add_metrics_line(const std::string& line, RunData& to);
void add_timing_line(const std::string& line, RunData& to);
void add_sample_line(const std::string& line, RunData& to);
/// Adds a line of log.txt if it is a warning that is not there yet.
void add_log_line(const std::string& line, RunData& to);

}  // namespace twofold::report
