#pragma once
// Text by sampling from a model, one token at a time, over cached keys and values.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/model.h"

namespace twofold {

struct SamplingOptions {
  int64_t max_new_tokens = 128;
  double temperature = 1.0;  ///< 0: always the likeliest token
  int64_t top_k = 0;         ///< only the k likeliest; 0: all
  double top_p = 1.0;        ///< only the likeliest that together reach this probability
  double min_p = 0.0;        ///< only those with at least this share of the likeliest's probability
  uint64_t seed = 0;
  int32_t stop_token = -1;  ///< ends the text (and is not part of it); -1: none
};

/// Called for each new token as it is drawn; returning false ends the text there.
using OnToken = std::function<bool(int32_t)>;

/// The tokens that follow `prompt` (at least one token, all below the vocabulary's size). The model
/// sees at most `block_size` tokens: of a longer prompt the last ones, and when the context is full
/// its oldest quarter is forgotten. The same options give the same tokens.
std::vector<int32_t> generate(Model& model, int64_t block_size, std::span<const int32_t> prompt,
                              const SamplingOptions& options, const OnToken& on_token = {});

/// Draws from softmax(logits / temperature) cut by top_k, top_p and min_p (in that order);
/// `uniform` in [0, 1) decides. Equal logits are ordered by id.
int32_t sample_token(std::span<const float> logits, const SamplingOptions& options, double uniform);

}  // namespace twofold
