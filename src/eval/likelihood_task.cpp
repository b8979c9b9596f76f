// Tasks that ask for likelihoods.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "eval/likelihood.h"
#include "eval/task_kinds.h"
#include "tasks/encode.h"

namespace twofold {
namespace {

using tasks::OutputType;

class LikelihoodTask : public TaskEvaluation {
 public:
  LikelihoodTask(tasks::Task task, std::vector<tasks::Item> items, const TextReader& reader)
      : TaskEvaluation(std::move(task), std::move(items)), positions_(reader.positions) {
    tasks::Encoder encoder(reader.tokenizer, reader.reading);
    for (const tasks::Item& item : this->items()) {
      for (size_t choice = 0; choice < item.continuations.size(); ++choice) {
        add(item, choice, encoder);
      }
      ends_.push_back(questions_.size());
    }
    merged_ = encoder.merged();
  }

  std::string note() const override {
    if (merged_ == 0) return {};
    return fmt::format(
        "{}: in {} of {} answers the tokenizer merges the answer's beginning with the question's "
        "end; what it merged is scored as part of the answer",
        task().task, merged_, questions_.size());
  }

  TaskScore score(Model& model, const std::function<void(double)>& progress) const override {
    const std::vector<Likelihood> found =
        likelihoods(model, positions_, questions_, progress, asks_greedily());
    TaskScore made;
    for (size_t i = 0, next = 0; i < items().size(); ++i) {
      const size_t begin = next;
      next = ends_[i];
      made.answers.push_back(answer_of(i, std::span(found).subspan(begin, next - begin)));
      bool cut = false;
      for (size_t k = begin; k < next; ++k) {
        cut |= found[k].cut;
        made.answers.back().tokens += questions_[k].tokens.size();
        made.answers.back().lengths.push_back(questions_[k].tokens.size());
      }
      made.cut += cut ? 1 : 0;
    }
    made.metrics = measure_likelihoods(task(), items(), made.answers);
    return made;
  }

 private:
  /// Whether the score counts what the model itself would write.
  bool asks_greedily() const {
    return task().output_type == OutputType::kLoglikelihood ||
           std::ranges::count(task().metric_list, "exact_match", &tasks::MetricSpec::metric) > 0;
  }

  void add(const tasks::Item& item, size_t choice, tasks::Encoder& encoder) {
    const std::string& continuation = item.continuations[choice];
    std::vector<Continuation> made;
    if (task().output_type == OutputType::kLoglikelihoodRolling) {
      made = encoder.windows(continuation, positions_);
    } else {
      made = {encoder.pair(item.context(choice), continuation)};
    }
    for (Continuation& question : made) {
      if (question.tokens.empty() || std::ssize(question.tokens) > positions_) {
        fail({.what = "an answer that the model cannot score",
              .where = fmt::format("{}, answer {}", item.where, choice),
              .expected = fmt::format("1 to {} tokens, the model's context", positions_),
              .found = fmt::format("{}", question.tokens.size()),
              .hint = "leave the item out, or score a model with a longer context"});
      }
      questions_.push_back(std::move(question));
    }
  }

  tasks::Answer answer_of(size_t item, std::span<const Likelihood> found) const {
    tasks::Answer answer;
    for (const Likelihood& likelihood : found) {
      if (!std::isfinite(likelihood.log_p)) {
        fail({.what = "what the model makes of a question is not finite",
              .where = items()[item].where,
              .expected = "a finite log-probability",
              .found = fmt::format("{}", likelihood.log_p),
              .hint = "its weights are finite but too large to be computed with"});
      }
      answer.log_p.push_back(likelihood.log_p);
      answer.greedy.push_back(likelihood.greedy);
    }
    if (task().output_type == OutputType::kLoglikelihoodRolling) {
      double sum = 0;
      for (const double log_p : answer.log_p) sum += log_p;
      answer.log_p = {sum};
    }
    return answer;
  }

  int64_t positions_;
  std::vector<Continuation> questions_;
  std::vector<size_t> ends_;  ///< of each item, in questions_
  size_t merged_ = 0;
};

}  // namespace

std::unique_ptr<TaskEvaluation> make_likelihood_task(tasks::Task task,
                                                     std::vector<tasks::Item> items,
                                                     const TextReader& reader) {
  return std::make_unique<LikelihoodTask>(std::move(task), std::move(items), reader);
}

}  // namespace twofold
