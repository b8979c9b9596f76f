// How the next token is drawn.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "eval/generate.h"

namespace twofold {
namespace {

struct Candidate {
  int32_t token;
  double weight;  ///< relative to the likeliest's, which has 1
};

/// How many of the candidates (likeliest first) top_p and min_p leave; at least one.
size_t nucleus(const std::vector<Candidate>& candidates, const SamplingOptions& options) {
  double total = 0, reached = 0;
  for (const Candidate& candidate : candidates) total += candidate.weight;
  size_t kept = 0;
  while (kept < candidates.size() && candidates[kept].weight >= options.min_p &&
         (kept == 0 || reached < options.top_p * total)) {
    reached += candidates[kept++].weight;
  }
  return std::max<size_t>(kept, 1);
}

/// No token may be drawn from numbers that say nothing; -inf says that a token is not to be drawn.
void require_numbers(std::span<const float> logits) {
  float largest = -std::numeric_limits<float>::infinity();
  bool sound = true;
  for (const float logit : logits) {
    sound = sound && !std::isnan(logit);
    largest = std::max(largest, logit);
  }
  if (sound && std::isfinite(largest)) return;
  fail(
      {.what = "the model's logits are not finite, so that no token follows from them",
       .where = "the next token of a text",
       .expected = "finite numbers",
       .found = sound ? fmt::format("{}", largest) : "NaN",
       .hint = "its weights are finite but too large to be computed with: see how it was trained"});
}

}  // namespace

int32_t sample_token(std::span<const float> logits, const SamplingOptions& options,
                     double uniform) {
  require_numbers(logits);
  const auto best = std::max_element(logits.begin(), logits.end());
  if (options.temperature == 0) return static_cast<int32_t>(best - logits.begin());
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    const double distance = static_cast<double>(logits[i]) - static_cast<double>(*best);
    candidates.push_back({static_cast<int32_t>(i), std::exp(distance / options.temperature)});
  }
  const bool all = options.top_k <= 0 || options.top_k >= std::ssize(candidates);
  const int64_t limit = all ? std::ssize(candidates) : options.top_k;
  std::partial_sort(candidates.begin(), candidates.begin() + limit, candidates.end(),
                    [](const Candidate& a, const Candidate& b) {
                      return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
                    });
  candidates.resize(static_cast<size_t>(limit));
  candidates.resize(nucleus(candidates, options), Candidate{});
  double total = 0;
  for (const Candidate& candidate : candidates) total += candidate.weight;
  double left = uniform * total;
  for (const Candidate& candidate : candidates) {
    left -= candidate.weight;
    if (left < 0) return candidate.token;
  }
  return candidates.back().token;
}

}  // namespace twofold
