#include "infer/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace twofold {
namespace {

const tasks::TaskMetric* find_metric(const Results& results, const std::string& name) {
  for (const TaskResult& result : results) {
    for (const tasks::TaskMetric& metric : result.metrics) {
      if (result.task + "/" + metric.name == name) return &metric;
    }
  }
  return nullptr;
}

std::vector<std::string> metric_paths(const Results& results) {
  std::vector<std::string> names;
  for (const TaskResult& result : results) {
    for (const tasks::TaskMetric& metric : result.metrics) {
      names.push_back(result.task + "/" + metric.name);
    }
  }
  return names;
}

const tasks::TaskMetric& metric_at(const Results& results, const std::string& name,
                                   const std::string& where) {
  if (const tasks::TaskMetric* found = find_metric(results, name)) return *found;
  const std::vector<std::string> names = metric_paths(results);
  fail({.what = "a metric that was not measured",
        .where = where,
        .expected = "one of " + join(names, ", "),
        .found = name,
        .hint = did_you_mean(name, names, "name its task in --tasks")});
}

/// By how much a metric is better than the baseline's: its interval, and its value.
struct Gain {
  stats::Interval interval;
  double value = 0;
};

Gain gain_of(const Gate& gate, const std::string& name, const Results& ours,
             const Results& theirs) {
  const tasks::TaskMetric& own = metric_at(ours, name, gate.name);
  const tasks::TaskMetric& other =
      metric_at(theirs, name, gate.name + ", baseline " + gate.baseline);
  if (own.numbers.items() != other.numbers.items()) {
    fail({.what = "the baseline was measured on other items",
          .where = gate.name + ", " + name,
          .expected = fmt::format("{} items", own.numbers.items()),
          .found = fmt::format("{}", other.numbers.items()),
          .hint = "measure both with the same --tasks, --data and --limit"});
  }
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
  return gate;
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
