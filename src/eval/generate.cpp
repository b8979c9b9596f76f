#include "eval/generate.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "base/stop.h"
#include "kernels/head_loss.h"
#include "model/kv_cache.h"

namespace twofold {
namespace {

/// The tokens that the model sees, and their keys and values.
class Context {
 public:
  Context(Model& model, int64_t block_size) : model_(model), block_size_(block_size) { restart(); }

  /// Adds tokens and returns the logits (V) after the last one.
  at::Tensor append(std::span<const int32_t> added) {
    std::vector<int32_t> unseen(added.begin(), added.end());
    if (std::ssize(seen_) + std::ssize(added) > block_size_) {
      seen_.insert(seen_.end(), added.begin(), added.end());
      const int64_t kept = std::min(std::ssize(added) > 1 ? block_size_ : reduced(), block_size_);
      unseen.assign(seen_.end() - kept, seen_.end());
      restart();
    }
    const int64_t count = std::ssize(unseen), first = cache_.length;
    ModelInput input;
    input.tokens = at::tensor(unseen, at::kInt).view({1, count});
    input.positions = at::arange(first, first + count, at::kInt).view({1, count});
    input.cache = &cache_;
    seen_.insert(seen_.end(), unseen.begin(), unseen.end());
    const at::Tensor hidden = model_.hidden(input);
    return kernels::logits(hidden.select(1, count - 1), model_.head()).view({-1});
  }

 private:
  /// What is left of a full context, the newest token included.
  int64_t reduced() const { return std::max<int64_t>(1, block_size_ - block_size_ / 4); }

  void restart() {
    seen_.clear();
    cache_ = {};
    cache_.capacity = block_size_;
  }

  Model& model_;
  const int64_t block_size_;
  std::vector<int32_t> seen_;
  KvCache cache_;
};

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

}  // namespace

int32_t sample_token(std::span<const float> logits, const SamplingOptions& options,
                     double uniform) {
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

std::vector<int32_t> generate(Model& model, int64_t block_size, std::span<const int32_t> prompt,
                              const SamplingOptions& options, const OnToken& on_token) {
  TWOFOLD_EXPECT(!prompt.empty(), "generation needs at least one token");
  const at::NoGradGuard no_grad;
  const RandomStream stream(options.seed, Purpose::kSampling);
  Context context(model, block_size);
  std::vector<int32_t> tokens;
  std::span<const int32_t> next = prompt;
  while (std::ssize(tokens) < options.max_new_tokens) {
    check_stop();
    const at::Tensor logits = context.append(next).contiguous();
    const int32_t token =
        sample_token({logits.data_ptr<float>(), static_cast<size_t>(logits.numel())}, options,
                     stream.uniform(tokens.size()));
    if (token == options.stop_token) break;
    tokens.push_back(token);
    if (on_token && !on_token(token)) break;
    next = {&tokens.back(), 1};
  }
  return tokens;
}

}  // namespace twofold
