#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "config/yaml.h"
#include "tasks/builtin.h"
#include "tasks/metric_names.h"
#include "tasks/task.h"

namespace twofold::tasks {
namespace {

/// How deeply tasks may include each other: more is a circle.
constexpr int kMaxIncludes = 8;
constexpr const char* kInclude = "include";

bool is_yaml(const Path& name) { return name.extension() == ".yaml" || name.extension() == ".yml"; }

Task load(const std::string& name, const Path& folder, int depth);

/// The task that this one is a variant of.
Task included(const std::string& text, const std::string& name, const Path& folder, int depth) {
  const config::Value tree = config::parse_yaml(text, name);
  config::check_is_map(tree);
  const config::Value* include = tree.find(kInclude);
  if (include == nullptr) return {};
  if (include->kind != config::Value::Kind::kScalar || depth == kMaxIncludes) {
    fail({.what = depth == kMaxIncludes ? "tasks include each other in a circle"
                                        : "not the name of a task",
          .where = include->place + " include",
          .expected = "a built-in task's id, or a YAML file",
          .found = config::flow_text(*include),
          .hint = "see docs/eval.md"});
  }
  return load(include->text, folder, depth + 1);
}

/// What contradicts itself.
void check(const Task& task, const std::string& name) {
  std::vector<Problem> problems;
  const auto demand = [&](bool holds, std::string what, std::string expected, std::string found) {
    if (holds) return;
    problems.push_back({.what = std::move(what),
                        .where = name,
                        .expected = std::move(expected),
                        .found = std::move(found),
                        .hint = "see docs/eval.md"});
  };
  const auto needs = [&](const std::string& value, const char* key) {
    demand(!value.empty(), fmt::format("the task has no {}", key), "a template, or a field's name",
           "nothing");
  };
  const bool chooses = task.output_type == OutputType::kMultipleChoice;
  demand(!task.data_files.empty(), "the task has no data_files", "names of a file", "nothing");
  demand(!task.metric_list.empty(), "the task has no metric_list", "at least one metric",
         "nothing");
  needs(task.doc_to_target, "doc_to_target");
  if (chooses) needs(task.doc_to_choice, "doc_to_choice");
  const std::vector<std::string> known = metric_names(task.output_type);
  for (const MetricSpec& spec : task.metric_list) {
    demand(std::ranges::count(known, spec.metric) > 0,
           "a metric that tasks of this kind do not have", "one of " + join(known, ", "),
           spec.metric);
  }
  throw_problems(std::move(problems));
}

/// `id`: the task's, unless the text gives it another.
Task from_yaml(const std::string& text, const std::string& id, const std::string& name,
               const Path& folder, int depth) {
  Task task = included(text, name, folder, depth);
  task.task = id;
  config::Fields fields = [&] {
    config::Fields declared;
    task.declare(declared);
    return declared;
  }();
  config::load(fields, {.text = text, .name = name, .ignored = {kInclude}});
  check(task, name);
  return task;
}

const BuiltinTask* find_builtin(const std::string& id) {
  const auto all = builtin_tasks();
  const auto found = std::ranges::find(all, id, &BuiltinTask::id);
  return found == all.end() ? nullptr : &*found;
}

/// The text of a built-in task whose id has a word in capitals: it is that of every id with another
/// word there, which then stands for the capitals in its text, too.
std::optional<std::string> family_yaml(const std::string& name) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (const auto& [id, yaml] : builtin_tasks()) {
    const auto begin = std::ranges::find_if(id, is_capital);
    const std::string_view before(id.begin(), begin);
    const std::string_view word(begin, std::find_if_not(begin, id.end(), is_capital));
    const std::string_view behind = id.substr(before.size() + word.size());
    if (word.empty() || name.size() < id.size() - word.size() + 1) continue;
    if (!name.starts_with(before) || !name.ends_with(behind)) continue;
    const std::string meant =
        name.substr(before.size(), name.size() - before.size() - behind.size());
    if (meant.find('/') != meant.npos) continue;
    std::string text(yaml);
    for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + meant.size())) {
      text.replace(at, word.size(), meant);
    }
    return text;
  }
  return std::nullopt;
}

/// The built-in task `name`. Where lm-eval has none of that name, it is the reference's.
std::string builtin_yaml(const std::string& name) {
  for (const std::string& id : {name, name + kRollout}) {
    if (const BuiltinTask* task = find_builtin(id)) return std::string(task->yaml);
  }
  if (std::optional<std::string> yaml = family_yaml(name)) return *std::move(yaml);
  const std::vector<std::string> ids = task_ids();
  fail({.what = "no task of this name",
        .where = name,
        .expected = "one of " + join(ids, ", ") + ", or a YAML file",
        .found = name,
        .hint = did_you_mean(name, ids, "see docs/eval.md for a task of your own")});
}

Task load(const std::string& name, const Path& folder, int depth) {
  if (is_yaml(name)) {
    const Path path = Path(name).is_absolute() ? Path(name) : folder / name;
    return from_yaml(read_text(path), path.stem().string(), path.string(), path.parent_path(),
                     depth);
  }
  return from_yaml(builtin_yaml(name), name, "task " + name, folder, depth);
}

}  // namespace

Task load_task(const std::string& id_or_file) { return load(id_or_file, {}, 0); }

std::vector<Task> load_tasks(const std::vector<std::string>& names, const std::string& where) {
  std::vector<Problem> problems;
  std::vector<Task> all;
  for (const std::string& name : names) {
    gather(problems, [&] {
      Task task = load_task(name);
      if (std::ranges::find(all, task.task, &Task::task) != all.end()) {
        fail({.what = "a task twice",
              .where = where,
              .expected = "each task once, by its id",
              .found = task.task,
              .hint = "give a YAML file another name, or a line `task: ID`"});
      }
      all.push_back(std::move(task));
    });
  }
  throw_problems(std::move(problems));
  return all;
}

std::vector<std::string> task_ids() {
  std::vector<std::string> ids;
  for (const BuiltinTask& task : builtin_tasks()) ids.emplace_back(task.id);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace twofold::tasks
