#pragma once
// What a model wrote to numbers.

#include "tasks/measure.h"

namespace twofold::tasks {

/// The metrics of a task whose answers are written, each with the numbers of every item: every
/// metric once for each entry of the task's filter_list.
std::vector<TaskMetric> measure_texts(const Task& task, const std::vector<Item>& items,
                                      const std::vector<Answer>& answers);

/// The metrics that a task of any kind will have, without any numbers yet. An Error for a pattern
/// that is none.
std::vector<TaskMetric> metrics_of(const Task& task);

}  // namespace twofold::tasks
