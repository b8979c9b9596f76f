#include "tasks/metric_names.h"

#include <algorithm>

#include "base/error.h"

namespace twofold::tasks {

const std::vector<MetricKind>& metric_kinds() {
  using stats::Aggregation;
  using enum OutputType;
  using enum Metric::Better;
  static const std::vector<MetricKind> all = {
      {"acc", {kMultipleChoice, kLoglikelihood}, Aggregation::kMean, kHigher},
      {"acc_norm", {kMultipleChoice}, Aggregation::kMean, kHigher},
      {"acc_bytes", {kMultipleChoice}, Aggregation::kMean, kHigher},
      {"acc_per_token", {kMultipleChoice}, Aggregation::kMean, kHigher},
      {"exact_match", {kMultipleChoice, kGenerateUntil}, Aggregation::kMean, kHigher},
      {"contains", {kGenerateUntil}, Aggregation::kMean, kHigher},
      {"f1", {kMultipleChoice}, Aggregation::kF1, kHigher},
      {"perplexity", {kLoglikelihood}, Aggregation::kPerplexity, kLower},
      {"token_perplexity", {kLoglikelihoodRolling}, Aggregation::kWeightedPerplexity, kLower},
      {"word_perplexity", {kLoglikelihoodRolling}, Aggregation::kWeightedPerplexity, kLower},
      {"byte_perplexity", {kLoglikelihoodRolling}, Aggregation::kWeightedPerplexity, kLower},
      {"bits_per_byte", {kLoglikelihoodRolling}, Aggregation::kBitsPerByte, kLower},
      {"bleu", {kGenerateUntil}, Aggregation::kBleu, kHigher}};
  return all;
}

const MetricKind& metric_kind(const std::string& name) {
  const auto& all = metric_kinds();
  const auto found = std::ranges::find(all, name, &MetricKind::name);
  TWOFOLD_EXPECT(found != all.end(), "a metric that no task can have");
  return *found;
}

std::vector<std::string> metric_names(std::optional<OutputType> type) {
  std::vector<std::string> names;
  for (const MetricKind& kind : metric_kinds()) {
    if (!type || std::ranges::count(kind.of, *type) > 0) names.push_back(kind.name);
  }
  return names;
}

}  // namespace twofold::tasks
