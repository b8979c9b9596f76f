#include "report/measure.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "stats/transfer.h"
#include "tasks/metric_names.h"

namespace twofold::report {
namespace {

constexpr const char* kValidation = "val/";
constexpr const char* kAdaptersOff = "adapters_off";
constexpr double kSameChange = 1e-6;  // a share: both are differences of the same two scores

std::optional<Metric::Better> better_of(const std::string& unit) {
  if (unit == "loss") return Metric::Better::kLower;
  const std::string name = unit.substr(0, unit.find(','));  // exact_match,strict-match
  for (const tasks::MetricKind& kind : tasks::metric_kinds()) {
    if (kind.name == name) return kind.better;
  }
  return std::nullopt;
}

stats::Scored independent(const Estimate& estimate) {
  return {.estimate = {.value = estimate.value, .standard_error = estimate.standard_error}};
}

}  // namespace

Measure measure_of(const std::string& key) {
  const size_t begin = key.find('/'), end = key.rfind('/');
  Measure measure;
  measure.key = key;
  measure.unit = key.substr(end + 1);
  measure.subject = begin < end ? key.substr(begin + 1, end - begin - 1) : key.substr(0, end);
  measure.better = better_of(measure.unit);
  return measure;
}

std::vector<Measure> measures_of(const std::vector<RunData>& runs) {
  std::set<std::string> keys;
  for (const RunData& run : runs) {
    for (const Scored& at : run.scored) {
      for (const auto& [key, unused] : at.metrics) keys.insert(key);
    }
  }
  std::vector<Measure> all;
  for (const std::string& key : keys) all.push_back(measure_of(key));
  std::ranges::stable_partition(
      all, [](const Measure& measure) { return measure.key.starts_with(kValidation); });
  return all;
}

bool is_derived(const Measure& measure, const std::vector<Measure>& all) {
  if (!measure.unit.ends_with("_perplexity")) return false;
  return std::ranges::any_of(all, [&](const Measure& other) {
    return other.subject == measure.subject && other.unit == "bits_per_byte";
  });
}

Change change_between(const Measure& measure, const Estimate& from, const Estimate& to) {
  const stats::Estimate difference = stats::change(independent(from), independent(to));
  Change change{.measure = measure, .from = from, .to = to, .value = difference.value};
  change.interval = {difference.interval().low, difference.interval().high};
  if (measure.better) change.verdict = stats::verdict(difference, *measure.better);
  return change;
}

const Scored* moment(const RunData& run, const std::string& name) {
  const auto found = std::ranges::find(run.scored, name, &Scored::moment);
  return found == run.scored.end() ? nullptr : &*found;
}

const Estimate* newest(const RunData& run, const std::string& key) {
  for (auto at = run.scored.rbegin(); at != run.scored.rend(); ++at) {
    if (at->moment == kAdaptersOff) continue;
    if (const auto found = at->metrics.find(key); found != at->metrics.end()) return &found->second;
  }
  return nullptr;
}

const Scored* changes_begin(const RunData& run) {
  const std::string begin =
      stats::changes_begin([&](const std::string& name) { return moment(run, name) != nullptr; });
  return begin.empty() ? nullptr : moment(run, begin);
}

namespace {

/// What the run itself found of a change, if it is this one.
void take_paired(const RunData& run, Change& change) {
  for (const Continual& matrix : run.continual) {
    for (const ContinualChange& one : matrix.outcome) {
      const bool same = one.task == change.measure.subject && one.metric == change.measure.unit &&
                        std::abs(one.value - change.value) <= kSameChange * std::abs(change.value);
      if (!same || std::isnan(one.interval.low)) continue;
      change.interval = one.interval;
      change.verdict = one.verdict;
      change.paired = true;
    }
  }
}

}  // namespace

std::vector<Change> changes_of(const RunData& run) {
  std::vector<Change> changes;
  const Scored* begin = changes_begin(run);
  if (!begin || begin == &run.scored.back()) return changes;
  for (const Measure& measure : measures_of({run})) {
    const auto from = begin->metrics.find(measure.key);
    const Estimate* to = newest(run, measure.key);
    if (from == begin->metrics.end() || !to) continue;
    changes.push_back(change_between(measure, from->second, *to));
    take_paired(run, changes.back());
  }
  return changes;
}

}  // namespace twofold::report
