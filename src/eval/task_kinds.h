#pragma once
// The kinds of tasks, one file each, behind make_task_evaluation().

#include "eval/task_evaluation.h"

namespace twofold {

/// How likely the model finds given texts.
std::unique_ptr<TaskEvaluation> make_likelihood_task(tasks::Task task,
                                                     std::vector<tasks::Item> items,
                                                     const TextReader& reader);
/// What the model writes.
std::unique_ptr<TaskEvaluation> make_generation_task(tasks::Task task,
                                                     std::vector<tasks::Item> items,
                                                     const TextReader& reader);

}  // namespace twofold
