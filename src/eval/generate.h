#pragma once
// Text by sampling from a model, one token at a time, over cached keys and values.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "twofold/model/model.h"

namespace twofold {

struct SamplingOptions {
  int64_t max_new_tokens = 128;
  double temperature = 1.0;  ///< 0: always the likeliest token
  int64_t top_k = 0;         ///< only the k likeliest; 0: all
  double top_p = 1.0;        ///< only the likeliest that together reach this probability
  double min_p = 0.0;        ///< only those with at least this share of the likeliest's probability
  /// Positive logits of tokens that the text or its prompt already contains are divided by this,
  /// negative ones multiplied (Keskar et al. 2019, arXiv 1909.05858); 1: none.
  double repetition_penalty = 1.0;
  uint64_t seed = 0;
  int64_t first_prompt = 0;  ///< number of the first prompt: each number has its own randomness
  std::vector<int32_t> stop_tokens = {};  ///< each ends the text (and is not part of it)
};

/// Called for each new token of a prompt as it is drawn; returning false ends that text there.
using OnToken = std::function<bool(int64_t prompt, int32_t token)>;

/// The tokens that follow each prompt (at least one token each, all below the vocabulary's size),
/// as if each were alone. The model sees at most `positions` tokens: the last ones of a longer
/// prompt; when the context is full, its oldest quarter is dropped. The same options give the same
/// tokens.
std::vector<std::vector<int32_t>> generate(Model& model, int64_t positions,
                                           const std::vector<std::vector<int32_t>>& prompts,
                                           const SamplingOptions& options,
                                           const OnToken& on_token = {});

/// The same for one prompt.
std::vector<int32_t> generate(Model& model, int64_t positions, std::span<const int32_t> prompt,
                              const SamplingOptions& options,
                              const std::function<bool(int32_t)>& on_token = {});

/// Draws from softmax(logits / temperature) cut by top_k, top_p and min_p (in that order);
/// `uniform` in [0, 1) decides. Equal logits are ordered by id. Throws an Error if a logit is NaN
/// or the largest is not finite.
int32_t sample_token(std::span<const float> logits, const SamplingOptions& options, double uniform);

}  // namespace twofold
