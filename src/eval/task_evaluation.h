#pragma once
// A task on a model: the same in training and in `twofold eval`.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tasks/encode.h"
#include "tasks/measure.h"
#include "twofold/model/model.h"

namespace twofold {

struct TaskScore {
  std::vector<tasks::TaskMetric> metrics = {};
  std::vector<tasks::Answer> answers = {};  ///< one an item
  size_t cut = 0;  ///< items whose context lost its beginning: it was too long for the model
};

/// How a model reads texts, and where it ends them.
struct TextReader {
  const Tokenizer& tokenizer;
  tasks::Reading reading = {};
  int64_t positions = 0;                 ///< of the model's context
  std::vector<int32_t> end_tokens = {};  ///< each ends what the model writes
  /// What the model reads before it answers a user's message, behind the system's, which may be
  /// empty: for tasks that apply the chat template.
  std::function<std::string(const std::string& system, const std::string& message)> turn = {};
};

/// The questions of a task as ids, ready to be asked again and again.
class TaskEvaluation {
 public:
  TaskEvaluation(tasks::Task task, std::vector<tasks::Item> items)
      : task_(std::move(task)), items_(std::move(items)) {}
  virtual ~TaskEvaluation() = default;

  const tasks::Task& task() const { return task_; }
  const std::vector<tasks::Item>& items() const { return items_; }
  /// What is to be told of the questions; may be empty.
  virtual std::string note() const { return {}; }
  /// Leaves the model as it was. `progress` is told the share done. Throws Interrupted if a stop is
  /// requested, and an Error if what the model computes is not finite.
  virtual TaskScore score(Model& model, const std::function<void(double)>& progress) const = 0;

 private:
  tasks::Task task_;
  std::vector<tasks::Item> items_;
};

/// An Error that names the item for one that cannot be asked.
std::unique_ptr<TaskEvaluation> make_task_evaluation(tasks::Task task,
                                                     std::vector<tasks::Item> items,
                                                     const TextReader& reader);

}  // namespace twofold
