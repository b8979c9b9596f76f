#include "run/task_evaluations.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "run/text_settings.h"
#include "tasks/items.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

Path data_folder(const EvaluationConfig& config, const Path& root) {
  return config.data.empty() ? root / "eval" : Path(config.data);
}

/// A task, and what is asked of it.
std::unique_ptr<TaskEvaluation> evaluation_of(const std::string& name, const RunConfig& config,
                                              const Path& data, const TextReader& reader) {
  tasks::Task task = tasks::load_task(name);
  std::vector<tasks::Item> items =
      sample_of(tasks::load_items(task, {.data = data}), config.evaluation.length, task.task);
  return make_task_evaluation(std::move(task), std::move(items), reader);
}

/// Ids that the model has no row for would be read from nowhere.
void require_rows(const Tokenizer& tokenizer, const ModelConfig& model) {
  if (tokenizer.vocab_size() <= model.vocab_size) return;
  fail({.what = "the tokenizer has more tokens than the model has rows",
        .where = "tokenizer/*, architecture/vocab_size",
        .expected = fmt::format("at most {} tokens", model.vocab_size),
        .found = std::to_string(tokenizer.vocab_size()),
        .hint = "name the model's own tokenizer, or leave out eval/evaluations"});
}

}  // namespace

std::vector<std::string> evaluation_tasks(const EvaluationConfig& config,
                                          std::vector<std::string>& lines) {
  if (!config.evaluate) return {};
  const std::vector<std::string> ids = tasks::task_ids();
  const auto is_id = [&](const std::string& name) {
    return std::ranges::find(ids, name) != ids.end();
  };
  std::vector<std::string> names;
  for (const std::string& name : config.evaluations) {
    const std::string own = name + tasks::kRollout;
    names.push_back(is_id(own) ? own : name);
    if (!is_id(own)) continue;
    std::string line = fmt::format("eval/evaluations: {} is {} here, the reference's", name, own);
    if (is_id(name)) {
      line += fmt::format("; for lm-eval's, name a YAML file with the line `include: {}`", name);
    }
    lines.push_back(std::move(line));
  }
  return names;
}

void check_tasks(const EvaluationConfig& config) {
  std::vector<std::string> lines;
  tasks::load_tasks(evaluation_tasks(config, lines), "eval/evaluations");
}

void check_task_data(const EvaluationConfig& config, const Path& root) {
  std::vector<Problem> problems, of_tasks;
  std::vector<std::string> lines;
  for (const std::string& name : evaluation_tasks(config, lines)) {
    std::optional<tasks::Task> task;
    gather(of_tasks, [&] { task = tasks::load_task(name); });
    if (!task) continue;
    gather(problems, [&] { tasks::load_items(*task, {.data = data_folder(config, root)}); });
  }
  throw_problems(std::move(problems));
}

std::vector<std::unique_ptr<TaskEvaluator>> make_task_evaluators(const RunConfig& config,
                                                                 const TokenizerConfig& settings,
                                                                 const FileTexts& files,
                                                                 const Path& root,
                                                                 Observer& observer) {
  std::vector<std::unique_ptr<TaskEvaluator>> evaluators;
  std::vector<std::string> lines;
  const std::vector<std::string> names = evaluation_tasks(config.evaluation, lines);
  if (names.empty()) return evaluators;
  const std::shared_ptr<const Tokenizer> tokenizer = make_tokenizer(settings);
  require_rows(*tokenizer, *config.model);
  const TextReader reader =
      reader_of(*config.model, files, config.tokenizer.add_special, *tokenizer);
  const auto tell = [&observer](const std::string& text) {
    observer.message(Severity::kWarning, text);
  };
  std::vector<std::string> asked;
  for (const std::string& name : names) {
    auto task = evaluation_of(name, config, data_folder(config.evaluation, root), reader);
    if (!task->note().empty()) observer.message(Severity::kInfo, task->note());
    asked.push_back(fmt::format("{} ({} questions)", task->task().task, task->items().size()));
    evaluators.push_back(std::make_unique<TaskEvaluator>(std::move(task), tokenizer, tell));
  }
  observer.message(Severity::kInfo, fmt::format("tasks: {}; computed in {}, as the run is",
                                                join(asked, ", "), config.model->activation_dtype));
  return evaluators;
}

}  // namespace twofold
