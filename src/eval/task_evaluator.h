#pragma once
// A task as an evaluator of a run.

#include <span>

#include "eval/task_evaluation.h"
#include "twofold/evaluator.h"
#include "twofold/observer.h"

namespace twofold {

class TaskEvaluator : public Evaluator {
 public:
  using Tell = std::function<void(const std::string& text)>;

  /// `tokenizer`: the one that the task reads with. `tell` is told once of contexts that are too
  /// long for the model.
  TaskEvaluator(std::unique_ptr<TaskEvaluation> task, std::shared_ptr<const Tokenizer> tokenizer,
                Tell tell)
      : tokenizer_(std::move(tokenizer)), task_(std::move(task)), tell_(std::move(tell)) {}

  std::string name() const override { return task_->task().task; }
  /// "eval/<task>/<metric>" of every metric, with its standard error.
  std::vector<Metric> evaluate(const Evaluation& evaluation) override;

  /// The metrics of the last two evaluations, item by item; empty before.
  const std::vector<tasks::TaskMetric>& last() const { return last_; }
  const std::vector<tasks::TaskMetric>& before() const { return before_; }

 private:
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::unique_ptr<TaskEvaluation> task_;
  Tell tell_;
  std::vector<tasks::TaskMetric> last_, before_;
};

/// What the adapters change, of tasks that the model was asked with them and then without: each
/// metric both ways, and the paired interval of the difference.
Table adapters_table(std::span<TaskEvaluator* const> tasks);

/// So many of the items, which only depend on the task's id; all where there are no more.
std::vector<tasks::Item> sample_of(std::vector<tasks::Item> items, int64_t count,
                                   const std::string& task);

}  // namespace twofold
