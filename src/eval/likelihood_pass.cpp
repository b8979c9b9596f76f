#include "eval/likelihood_pass.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "model/kv_cache.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

/// Rows of ids, padded to one width.
struct PaddedRows {
  size_t width = 0;
  std::vector<int32_t> tokens = {}, positions = {};

  explicit PaddedRows(size_t columns) : width(columns) {}
  size_t rows() const { return tokens.size() / width; }

  /// Adds a row behind `pads` columns of padding. Its first id is at position `first` of its text;
  /// positions of padding are kept below `end`.
  void add(std::span<const int32_t> ids, size_t pads, size_t first, int64_t end) {
    const size_t begin = tokens.size();
    tokens.resize(begin + width);
    std::ranges::copy(ids, tokens.begin() + static_cast<ptrdiff_t>(begin + pads));
    for (size_t i = 0; i < width; ++i) {
      const auto place = static_cast<int64_t>(first + i) - static_cast<int64_t>(pads);
      positions.push_back(static_cast<int32_t>(std::clamp<int64_t>(place, 0, end - 1)));
    }
  }

  ModelInput input(at::Device device) const {
    const auto shape =
        std::vector<int64_t>{static_cast<int64_t>(rows()), static_cast<int64_t>(width)};
    ModelInput made;
    made.tokens = tensor_of(tokens, shape, device);
    made.positions = tensor_of(positions, shape, device);
    return made;
  }
};

/// The key at which each row begins, for every query of the row: the padding before it is not seen.
at::Tensor first_keys(const std::vector<int32_t>& pads, size_t width, at::Device device) {
  const auto rows = std::ssize(pads);
  return tensor_of(pads, {rows, 1}, device)
      .expand({rows, static_cast<int64_t>(width)})
      .contiguous();
}

class Pass {
 public:
  Pass(Model& model, int64_t positions, std::span<const TextGroup> groups)
      : model_(model),
        device_(model.parameters().device()),
        positions_(positions),
        groups_(groups) {
    for (const TextGroup& group : groups) {
      width_ = std::max(width_, group.shared);
      rest_ = std::max(rest_, group.longest_rest());
    }
  }

  at::Tensor states() {
    KvCache cache{.layers = {}, .length = 0, .capacity = static_cast<int64_t>(width_ + rest_)};
    at::Tensor all = shared_states(cache);
    if (rest_ > 0) all = at::cat({all, rest_states(cache)});
    return all.index_select(0, tensor_of(places(), device_));
  }

 private:
  /// What all texts of a group have in common; on the right of the row if more follows.
  at::Tensor shared_states(KvCache& cache) {
    PaddedRows rows(width_);
    for (const TextGroup& group : groups_) {
      pads_.push_back(static_cast<int32_t>(rest_ > 0 ? width_ - group.shared : 0));
      rows.add(std::span(group.texts.front()->inputs).first(group.shared),
               static_cast<size_t>(pads_.back()), 0, positions_);
    }
    ModelInput input = rows.input(device_);
    if (rest_ > 0) {
      input.cache = &cache;
      input.first_key = first_keys(pads_, width_, device_);
    }
    return model_.hidden(input).flatten(0, 1);
  }

  /// What follows in each text.
  at::Tensor rest_states(KvCache& cache) {
    PaddedRows rows(rest_);
    std::vector<int64_t> from;
    std::vector<int32_t> pads;
    for (size_t i = 0; i < groups_.size(); ++i) {
      for (const LabelledText* text : groups_[i].texts) {
        if (text->inputs.size() == groups_[i].shared) continue;
        rows.add(std::span(text->inputs).subspan(groups_[i].shared), 0, groups_[i].shared,
                 positions_);
        from.push_back(static_cast<int64_t>(i));
        pads.push_back(pads_[i]);
      }
    }
    cache.keep(tensor_of(from, device_));
    ModelInput input = rows.input(device_);
    input.cache = &cache;
    input.first_key = first_keys(pads, rest_, device_);
    return model_.hidden(input).flatten(0, 1);
  }

  /// Where the state of each label is, in the states of both parts.
  std::vector<int64_t> places() const {
    std::vector<int64_t> found;
    size_t next = groups_.size() * width_;  // of the texts' rests
    for (size_t i = 0; i < groups_.size(); ++i) {
      const size_t shared = groups_[i].shared;
      for (const LabelledText* text : groups_[i].texts) {
        for (size_t t = text->first_label(); t < text->inputs.size(); ++t) {
          const size_t before = i * width_ + static_cast<size_t>(pads_[i]);
          found.push_back(static_cast<int64_t>(t < shared ? before + t : next + t - shared));
        }
        if (text->inputs.size() > shared) next += rest_;
      }
    }
    return found;
  }

  Model& model_;
  const at::Device device_;
  const int64_t positions_;
  const std::span<const TextGroup> groups_;
  size_t width_ = 0, rest_ = 0;
  std::vector<int32_t> pads_ = {};  ///< of each group
};

}  // namespace

LabelledText::LabelledText(const tasks::Continuation& continuation, int64_t positions)
    : labels(continuation.tokens) {
  const auto& [context, tokens] = continuation;
  TWOFOLD_EXPECT(!context.empty() && !tokens.empty(), "a continuation has a context and tokens");
  if (std::ssize(tokens) > positions) {
    fail({.what = "an answer is longer than the model's context",
          .where = "a continuation to score",
          .expected = fmt::format("at most {} tokens", positions),
          .found = std::to_string(tokens.size()),
          .hint = "score a model with a longer context, or shorter answers"});
  }
  inputs = context;
  inputs.insert(inputs.end(), tokens.begin(), tokens.end() - 1);
  cut = std::ssize(inputs) > positions;
  if (cut) inputs.erase(inputs.begin(), inputs.end() - positions);
}

size_t TextGroup::longest_rest() const {
  size_t longest = 0;
  for (const LabelledText* text : texts) longest = std::max(longest, text->inputs.size() - shared);
  return longest;
}

at::Tensor labelled_states(Model& model, int64_t positions, std::span<const TextGroup> groups) {
  return Pass(model, positions, groups).states();
}

}  // namespace twofold
