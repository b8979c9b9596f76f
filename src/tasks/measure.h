#pragma once
// Answers to numbers: what each metric of a task is made of.

#include <string>
#include <vector>

#include "stats/metric.h"
#include "tasks/items.h"
#include "twofold/evaluator.h"

namespace twofold::tasks {

/// What a model made of one question.
struct Answer {
  std::vector<double> log_p = {};    ///< of each continuation
  std::vector<bool> greedy = {};     ///< whether each is what the model itself would write
  size_t tokens = 0;                 ///< of the continuations together
  std::vector<size_t> lengths = {};  ///< the tokens of each
  std::string text = {};             ///< what the model wrote
};
/// The likeliest continuation; of equals the first.
size_t chosen(const Answer& answer);

struct TaskMetric {
  std::string name = {};  ///< as in lm-eval: "acc", "exact_match,strict-match"
  Metric::Better better = Metric::Better::kHigher;
  stats::ItemNumbers numbers;
};

/// The metrics of a task that asks for likelihoods, each with the numbers of every item.
std::vector<TaskMetric> measure_likelihoods(const Task& task, const std::vector<Item>& items,
                                            const std::vector<Answer>& answers);

}  // namespace twofold::tasks
