#include "infer/gate.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/text.h"

namespace twofold {
namespace {

/// "task/metric", as conditions name it.
std::string path_of(const TaskResult& result, const tasks::TaskMetric& metric) {
  return result.task + "/" + metric.name;
}

std::vector<std::string> metric_paths(const Results& results) {
  std::vector<std::string> names;
  for (const TaskResult& result : results) {
    for (const tasks::TaskMetric& metric : result.metrics) names.push_back(path_of(result, metric));
  }
  return names;
}

/// A metric, and the task that it is of.
struct Measured {
  const TaskResult& task;
  const tasks::TaskMetric& metric;
};

Measured metric_at(const Results& results, const std::string& name, const std::string& where) {
  for (const TaskResult& result : results) {
    for (const tasks::TaskMetric& metric : result.metrics) {
      if (path_of(result, metric) == name) return {result, metric};
    }
  }
  const std::vector<std::string> names = metric_paths(results);
  fail({.what = "a metric that was not measured",
        .where = where,
        .expected = "one of " + join(names, ", "),
        .found = name,
        .hint = did_you_mean(name, names, "name its task in --tasks")});
}

/// Refuses a baseline whose items are not ours: their answers are no pairs. Without a fingerprint
/// only how many there are is known.
void require_pairs(const Gate& gate, const Measured& ours, const Measured& theirs) {
  const size_t items = theirs.metric.numbers.items();
  const std::string& own = ours.task.fingerprint;
  const std::string& other = theirs.task.fingerprint;
  const bool as_many = items == ours.task.items;
  if (as_many && (other.empty() || other == own)) return;
  fail({.what = "the baseline was measured on other items",
        .where = gate.baseline_place() + ", " + ours.task.task,
        .expected = as_many ? "the items of now, with the fingerprint " + own
                            : fmt::format("{} items", ours.task.items),
        .found = as_many ? "as many others, with " + other : fmt::format("{}", items),
        .hint = "measure both with the same --tasks, --data, --limit and --num-fewshot"});
}

/// By how much a metric is better than the baseline's: its interval, and its value.
struct Gain {
  stats::Interval interval;
  double value = 0;
};

Gain gain_of(const Gate& gate, const std::string& name, const Results& ours,
             const Results& theirs) {
  const tasks::TaskMetric& own = metric_at(ours, name, gate.name).metric;
  const tasks::TaskMetric& other = metric_at(theirs, name, gate.baseline_place()).metric;
  const stats::Interval interval =
      stats::paired_difference(own.numbers, other.numbers, 0.95, kBootstrap);
  const double value = own.numbers.value() - other.numbers.value();
  if (own.better == Metric::Better::kHigher) return {interval, value};
  return {{-interval.high, -interval.low}, -value};
}

/// The conditions of not_worse with "*" replaced by all that no condition names.
std::map<std::string, double> spelled_out(const Gate& gate, const Results& ours) {
  std::map<std::string, double> all = gate.not_worse;
  const auto rest = all.find(Gate::kAll);
  if (rest == all.end()) return all;
  const double by = rest->second;
  all.erase(rest);
  for (const std::string& name : metric_paths(ours)) {
    if (!gate.learned.contains(name)) all.try_emplace(name, by);
  }
  return all;
}

}  // namespace

void Gate::declare(config::Fields& fields) {
  fields.add("baseline", baseline, "adapters_off, or the scores that `eval --json` wrote.",
             {.required = true});
  fields.add("learned", learned, "Of task/metric: by how much it must be better.", kNotNegative);
  fields.add("not_worse", not_worse,
             "Of task/metric, or of * for all others: by how much it may be worse.", kNotNegative);
}

Gate read_gate(const Path& file) {
  Gate gate{.name = file.string()};
  config::Fields fields = config::fields_of(gate);
  config::load(fields, {.text = read_text(file), .name = file.string(), .ignored = {}});
  if (gate.learned.empty() && gate.not_worse.empty()) {
    fail({.what = "a gate without a condition",
          .where = gate.name,
          .expected = "`learned` or `not_worse`",
          .found = "neither",
          .hint = "see docs/eval.md"});
  }
  if (!gate.compares_with_base()) gate.scores = read_results(gate.baseline);
  return gate;
}

void check_gate(const Gate& gate, const Results& ours, Observer& observer) {
  std::set<std::string> conditions;
  for (const auto& [name, by] : gate.learned) conditions.insert(name);
  for (const auto& [name, by] : spelled_out(gate, ours)) conditions.insert(name);
  std::vector<Problem> problems;
  std::set<std::string> checked;  // a task's items are told of once
  bool by_number = false;
  for (const std::string& name : conditions) {
    gather(problems, [&] {
      const Measured own = metric_at(ours, name, gate.name);
      if (!gate.scores) return;
      const Measured other = metric_at(*gate.scores, name, gate.baseline_place());
      by_number |= other.task.fingerprint.empty();
      if (checked.insert(own.task.task).second) require_pairs(gate, own, other);
    });
  }
  throw_first_problems(std::move(problems), gate.name);
  if (!by_number) return;
  observer.message(Severity::kWarning,
                   fmt::format("{} does not say which items its scores are of (an earlier version "
                               "wrote it): only their number is compared",
                               gate.baseline));
}

bool meets(const Gate& gate, const Results& ours, const Results& theirs, Observer& observer) {
  Table table{.title = "Gate " + gate.name,
              .header = {"metric", "must be", "better by", "95 % interval", "met"}};
  bool met = true;
  const auto judge = [&](const std::string& name, const std::string& must, auto holds) {
    const Gain gain = gain_of(gate, name, ours, theirs);
    const bool holds_here = holds(gain.interval);
    met &= holds_here;
    table.rows.push_back({name, must, fmt::format("{:.4g}", gain.value),
                          fmt::format("{:.4g} … {:.4g}", gain.interval.low, gain.interval.high),
                          holds_here ? "yes" : "no"});
  };
  for (const auto& [name, by] : gate.learned) {
    judge(name, fmt::format("better by more than {}", by),
          [&](const stats::Interval& interval) { return interval.low > by; });
  }
  for (const auto& [name, by] : spelled_out(gate, ours)) {
    judge(name, fmt::format("worse by at most {}", by),
          [&](const stats::Interval& interval) { return interval.low >= -by; });
  }
  table.note = met ? "met" : "not met";
  observer.table(table);
  return met;
}

}  // namespace twofold
