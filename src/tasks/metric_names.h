#pragma once
// The metrics that tasks may ask for.

#include <optional>
#include <string>
#include <vector>

#include "stats/metric.h"
#include "tasks/task.h"
#include "twofold/evaluator.h"

namespace twofold::tasks {

struct MetricKind {
  std::string name;
  std::vector<OutputType> of;  ///< the kinds of tasks that have it
  stats::Aggregation aggregation;
  Metric::Better better = Metric::Better::kHigher;
};

const std::vector<MetricKind>& metric_kinds();
/// Of a name; an expectation of the caller: load_task has checked it.
const MetricKind& metric_kind(const std::string& name);
/// The names that tasks of one kind may ask for, or all.
std::vector<std::string> metric_names(std::optional<OutputType> type = {});

}  // namespace twofold::tasks
