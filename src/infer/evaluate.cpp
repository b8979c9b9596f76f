#include "twofold/evaluate.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/folders.h"
#include "infer/gate.h"
#include "infer/results.h"
#include "infer/scaled_model.h"
#include "infer/text_reader.h"
#include "tasks/measure_texts.h"

namespace twofold {
namespace {

/// A task's questions, before there is a model.
struct Asked {
  tasks::Task task;
  std::vector<tasks::Item> items;
  std::string fingerprint;  ///< of the items
};

Path data_folder(const ModelSource& source, const EvaluateRequest& request) {
  if (!request.data.empty()) return request.data;
  if (!source.root.empty()) return source.root / "eval";
  fail({.what = "no folder of data",
        .where = "--data",
        .expected = "the folder of the tasks' files",
        .found = "nothing",
        .hint = "give --data DIR; of a run it is ROOT/eval by default"});
}

std::vector<Asked> questions_of(const ModelSource& source, const EvaluateRequest& request) {
  tasks::ItemRequest wanted{.data = data_folder(source, request),
                            .num_fewshot = request.num_fewshot};
  if (request.limit) wanted.limit = static_cast<size_t>(*request.limit);
  std::vector<Asked> all;
  for (tasks::Task& task : tasks::load_tasks(request.tasks, "--tasks")) {
    std::vector<tasks::Item> items = tasks::load_items(task, wanted);
    std::string print = tasks::fingerprint(items);
    all.push_back({std::move(task), std::move(items), std::move(print)});
  }
  return all;
}

/// What will be measured, without numbers.
Results unmeasured(const std::vector<Asked>& all) {
  Results results;
  for (const Asked& asked : all) {
    results.push_back({.task = asked.task.task,
                       .items = asked.items.size(),
                       .fingerprint = asked.fingerprint,
                       .metrics = tasks::metrics_of(asked.task)});
  }
  return results;
}

void check(const EvaluateRequest& request) {
  std::vector<Problem> problems;
  const auto demand = [&](bool holds, const char* where, const char* expected, std::string found) {
    if (holds) return;
    problems.push_back({.what = "a setting of the evaluation is not right",
                        .where = where,
                        .expected = expected,
                        .found = std::move(found),
                        .hint = "see `twofold eval --help`"});
  };
  demand(!request.tasks.empty(), "--tasks", "at least one task", "none");
  demand(request.limit.value_or(1) > 0, "--limit", "at least 1",
         fmt::format("{}", request.limit.value_or(1)));
  demand(request.num_fewshot.value_or(0) >= 0, "--num-fewshot", "at least 0",
         fmt::format("{}", request.num_fewshot.value_or(0)));
  std::set<double> scales;
  for (const double scale : request.adapter_scales) {
    demand(std::isfinite(scale), "--adapter-scale", "finite numbers", fmt::format("{}", scale));
    demand(scales.insert(scale).second, "--adapter-scale", "each number once",
           fmt::format("{} twice", scale));
  }
  demand(!request.gate || request.adapter_scales.size() < 2, "--gate",
         "one --adapter-scale: a gate judges one model",
         fmt::format("{} of them", request.adapter_scales.size()));
  throw_problems(std::move(problems));
}

/// The base against itself is never better and never worse.
void require_adapters_on(const Gate& gate, const EvaluateRequest& request) {
  if (!gate.compares_with_base() || request.adapter_scales != std::vector<double>{0}) return;
  fail({.what = "a gate that compares a model with itself",
        .where = gate.baseline_place(),
        .expected = "another --adapter-scale than 0",
        .found = "--adapter-scale 0, which is adapters off",
        .hint = "name the scale that is to be judged, or leave --adapter-scale out: it is 1 then"});
}

TaskResult result_of(const Asked& asked, const TaskScore& score) {
  TaskResult result{.task = asked.task.task,
                    .items = asked.items.size(),
                    .cut = score.cut,
                    .fingerprint = asked.fingerprint,
                    .metrics = score.metrics};
  for (const tasks::TaskMetric& metric : result.metrics) {
    result.errors.push_back(stats::standard_error(metric.numbers, kBootstrap));
  }
  return result;
}

/// Scores one state of the model, and writes what it answered.
class Scoring {
 public:
  Scoring(const std::vector<Asked>& asked, Observer& observer)
      : asked_(asked), observer_(observer) {}

  Results score(LoadedModel loaded, const std::string& what, const std::optional<Path>& samples) {
    if (loaded.model->activation() == at::kFloat) widen(loaded);
    const std::unique_ptr<Tokenizer> tokenizer = tokenizer_of(loaded);
    const TextReader reader = reader_of(loaded, *tokenizer);
    Results results;
    for (const Asked& asked : asked_) {
      const auto task = make_task_evaluation(asked.task, asked.items, reader);
      if (!task->note().empty() && told_.insert(task->note()).second) {
        observer_.message(Severity::kInfo, task->note());
      }
      const TaskScore score = task->score(*loaded.model, [&](double done) {
        observer_.work({.what = asked.task.task + what, .done = done});
      });
      results.push_back(result_of(asked, score));
      if (samples) {
        make_folders(*samples);
        write_atomic(*samples / (asked.task.task + ".jsonl"), samples_text(*task, score));
      }
    }
    return results;
  }

 private:
  const std::vector<Asked>& asked_;
  Observer& observer_;
  std::set<std::string> told_;
};

std::string shown(double value, double error) {
  return std::isfinite(error) ? fmt::format("{:.4f} ± {:.4f}", value, error)
                              : fmt::format("{:.4f}", value);
}

/// The paired interval of a metric's difference.
std::string difference(const TaskResult& ours, const TaskResult& theirs, size_t metric) {
  const stats::Interval interval = stats::paired_difference(
      ours.metrics[metric].numbers, theirs.metrics[metric].numbers, 0.95, kBootstrap);
  return fmt::format("{:+.4f} … {:+.4f}", interval.low, interval.high);
}

Table table_of(const std::vector<double>& scales, const std::vector<Results>& all) {
  Table table{.title = "Scores", .header = {"task", "metric", "items"}};
  for (const double scale : scales) {
    table.header.push_back(scales.size() == 1 ? "value" : fmt::format("scale {}", scale));
  }
  if (scales.size() > 1) {
    table.header.push_back(fmt::format("{} less {} (95 %)", scales.back(), scales.front()));
  }
  size_t cut = 0;
  for (size_t task = 0; task < all[0].size(); ++task) {
    const TaskResult& first = all[0][task];
    cut += first.cut;
    for (size_t metric = 0; metric < first.metrics.size(); ++metric) {
      std::vector<std::string> row = {first.task, first.metrics[metric].name,
                                      std::to_string(first.items)};
      for (const Results& results : all) {
        const TaskResult& own = results[task];
        row.push_back(shown(own.metrics[metric].numbers.value(), own.errors[metric]));
      }
      if (all.size() > 1) row.push_back(difference(all.back()[task], all.front()[task], metric));
      table.rows.push_back(std::move(row));
    }
  }
  table.note = "± standard error";
  if (cut > 0) {
    table.note +=
        fmt::format("; {} contexts were too long for the model and lost their beginning", cut);
  }
  return table;
}

void write_json(const Path& file, const std::vector<double>& scales,
                const std::vector<Results>& all) {
  nlohmann::ordered_json made;
  if (scales.size() == 1) {
    made = json_of(all[0]);
  } else {
    for (size_t i = 0; i < scales.size(); ++i) {
      made["scales"][fmt::format("{}", scales[i])] = json_of(all[i]);
    }
  }
  write_atomic(file, made.dump(-1, ' ', false) + "\n");
}

/// What asks for a model with adapters, as the user gave it; nothing if nothing does.
std::optional<std::string> asks_for_adapters(const EvaluateRequest& request,
                                             const std::optional<Gate>& gate) {
  if (!request.adapter_scales.empty()) return "--adapter-scale";
  if (gate && gate->compares_with_base()) return "`baseline: adapters_off` of --gate";
  return std::nullopt;
}

bool judged(const Gate& gate, const ModelSource& source, const Results& ours, Scoring& scoring,
            Observer& observer) {
  if (gate.scores) return meets(gate, ours, *gate.scores, observer);
  LoadedModel base = load_scaled_model(source, 0, gate.baseline_place());
  return meets(gate, ours, scoring.score(std::move(base), " (adapters off)", {}), observer);
}

}  // namespace

bool evaluate(const ModelSource& source, const EvaluateRequest& request, Observer& observer) {
  check(request);
  std::optional<Gate> gate;
  if (request.gate) gate = read_gate(*request.gate);
  if (gate) require_adapters_on(*gate, request);
  const std::vector<Asked> asked = questions_of(source, request);
  if (gate) check_gate(*gate, unmeasured(asked), observer);
  const std::optional<std::string> adapters = asks_for_adapters(request, gate);
  const std::vector<double> scales =
      request.adapter_scales.empty() ? std::vector<double>{1} : request.adapter_scales;
  Scoring scoring(asked, observer);
  std::vector<Results> all;
  for (const double scale : scales) {
    const std::string name = fmt::format("{}", scale);
    std::optional<Path> samples = request.samples;
    if (samples && scales.size() > 1) *samples /= name;
    LoadedModel loaded =
        adapters ? load_scaled_model(source, scale, *adapters) : load_model(source);
    all.push_back(scoring.score(std::move(loaded), scales.size() > 1 ? " (scale " + name + ")" : "",
                                samples));
  }
  observer.table(table_of(scales, all));
  if (request.json) write_json(*request.json, scales, all);
  return !gate || judged(*gate, source, all.front(), scoring, observer);
}

std::vector<std::string> evaluation_tasks() { return tasks::task_ids(); }

}  // namespace twofold
