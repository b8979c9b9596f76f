#pragma once
// How likely a model finds a text after another: what tasks with given answers are scored by.

#include <functional>
#include <span>
#include <vector>

#include "tasks/continuation.h"
#include "twofold/model/model.h"

namespace twofold {

using tasks::Continuation;

struct Likelihood {
  double log_p = 0;     ///< Σ ln p of the tokens, each given all those before it
  bool greedy = false;  ///< whether each token is the likeliest at its place (the first of equals)
  bool cut = false;     ///< whether the context lost its beginning
};

/// The likelihood of each continuation, in the order in which they are given. The model sees at
/// most `positions` tokens: of a longer text the last ones (and the context loses its beginning).
/// Texts of similar length are computed side by side, each as if it were alone; a context that
/// several have is computed once. `progress` is told the share done. With `greedy` off that is not
/// found out, and not all logits are kept for it: quicker with a large vocabulary. Throws an Error
/// if the tokens alone exceed the context, and Interrupted if a stop is requested.
std::vector<Likelihood> likelihoods(Model& model, int64_t positions,
                                    std::span<const Continuation> continuations,
                                    const std::function<void(double)>& progress = {},
                                    bool greedy = true);

}  // namespace twofold
