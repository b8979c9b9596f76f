#pragma once
// One pass through the model over texts whose last tokens are judged.

#include <cstdint>
#include <span>
#include <vector>

#include "tasks/continuation.h"
#include "twofold/model/model.h"

namespace twofold {

/// What the model reads, and the labels of its last positions.
struct LabelledText {
  /// `continuation` must outlive it. An Error if its tokens alone exceed the context.
  LabelledText(const tasks::Continuation& continuation, int64_t positions);

  std::span<const int32_t> labels;
  std::vector<int32_t> inputs;
  bool cut = false;  ///< the context lost its beginning

  size_t first_label() const { return inputs.size() - labels.size(); }
  /// What comes before the first token that is judged.
  std::span<const int32_t> context() const { return std::span(inputs).first(first_label() + 1); }
};

/// Texts that begin with the same `shared` inputs, which are computed once.
struct TextGroup {
  std::vector<const LabelledText*> texts = {};
  size_t shared = 0;

  size_t longest_rest() const;
};

/// The hidden states (N, D) of all positions with a label, group by group and text by text.
/// `positions`: of the model's context.
at::Tensor labelled_states(Model& model, int64_t positions, std::span<const TextGroup> groups);

}  // namespace twofold
