#pragma once
// The tasks that a run asks its model: eval/evaluations.

#include <memory>
#include <string>
#include <vector>

#include "base/file_texts.h"
#include "base/files.h"
#include "eval/task_evaluator.h"
#include "run/run_config.h"
#include "twofold/observer.h"

namespace twofold {

/// The names of eval/evaluations as tasks; none where training/evaluate is off. They are the
/// reference's: where lm-eval has another task under a name, the reference's own is meant, and a
/// line says so.
std::vector<std::string> evaluation_tasks(const EvaluationConfig& config,
                                          std::vector<std::string>& lines);

/// Throws an Error with all that is wrong with the tasks.
void check_tasks(const EvaluationConfig& config);
/// Throws an Error with all that is wrong with the data of those tasks that are sound.
void check_task_data(const EvaluationConfig& config, const Path& root);

/// An evaluator a task. `tokenizer`: its settings, with the place where its files are now; `files`:
/// those that came with the model. Says to the observer what is asked.
std::vector<std::unique_ptr<TaskEvaluator>> make_task_evaluators(const RunConfig& config,
                                                                 const TokenizerConfig& tokenizer,
                                                                 const FileTexts& files,
                                                                 const Path& root,
                                                                 Observer& observer);

}  // namespace twofold
