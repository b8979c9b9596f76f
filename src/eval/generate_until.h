#pragma once
// What a model writes after a context: what tasks without given answers are scored by.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"
#include "twofold/model/model.h"

namespace twofold {

struct GenerationLimits {
  /// Each ends an answer and is not part of it. One that is a special token ends it as a token.
  std::vector<std::string> until = {};
  std::vector<int32_t> end_tokens = {};  ///< the same
  int64_t max_new_tokens = 256;
};

struct Answers {
  std::vector<std::string> texts = {};  ///< in the order of the contexts
  size_t cut = 0;                       ///< contexts that were too long
};

/// The likeliest token after each context, and so on until one of the limits: as lm-eval's
/// generate_until. Of a context that leaves no room for max_new_tokens, the last tokens are kept.
/// Contexts of similar length grow side by side, each as if it were alone. `progress` is told the
/// share done. Throws an Error if max_new_tokens fill the model's context of `positions`, and
/// Interrupted if a stop is requested.
Answers generate_until(Model& model, const Tokenizer& tokenizer, int64_t positions,
                       std::vector<std::vector<int32_t>> contexts, const GenerationLimits& limits,
                       const std::function<void(double)>& progress = {});

}  // namespace twofold
