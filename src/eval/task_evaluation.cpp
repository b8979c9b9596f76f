#include "eval/task_evaluation.h"

#include "eval/task_kinds.h"

namespace twofold {

std::unique_ptr<TaskEvaluation> make_task_evaluation(tasks::Task task,
                                                     std::vector<tasks::Item> items,
                                                     const TextReader& reader) {
  const bool writes = task.output_type == tasks::OutputType::kGenerateUntil;
  return (writes ? make_generation_task : make_likelihood_task)(std::move(task), std::move(items),
                                                                reader);
}

}  // namespace twofold
