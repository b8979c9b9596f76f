#pragma once
// The scores of a model on several tasks, and the files they are written to.

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "eval/task_evaluation.h"
#include "stats/metric.h"

namespace twofold {

/// How the errors of metrics that are no means are found; written with them.
inline constexpr stats::Bootstrap kBootstrap{.resamples = 10'000, .seed = 1234};

struct TaskResult {
  std::string task = {};  ///< its id as it was asked for
  size_t items = 0, cut = 0;
  std::string fingerprint = {};  ///< of the items; a file of an earlier version has none
  std::vector<tasks::TaskMetric> metrics = {};
  std::vector<double> errors = {};  ///< standard errors, one a metric
};
using Results = std::vector<TaskResult>;

/// {task: {"n": …, "metrics": {name: value}, "stderr": {…}, …}}
nlohmann::ordered_json json_of(const Results& results);
/// The file's results, for comparisons: names, fingerprints and items. An Error for another file.
Results read_results(const Path& file);
/// A line an item: {"i", "ll": […], "chosen", "gold"}.
std::string samples_text(const TaskEvaluation& task, const TaskScore& score);

}  // namespace twofold
