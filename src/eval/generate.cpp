#include "eval/generate.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "base/stop.h"
#include "model/kv_cache.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

/// Texts that grow side by side, and their keys and values. Rows of different lengths are padded on
/// the left, and no query sees the padding.
class Context {
 public:
  Context(Model& model, int64_t positions, int64_t capacity,
          const std::vector<std::vector<int32_t>>& prompts)
      : model_(model),
        positions_(positions),
        capacity_(std::min(positions, capacity)),
        rows_(prompts) {
    forget(positions_);
  }

  /// Adds a token to each row.
  void append(const std::vector<int32_t>& tokens) {
    for (size_t row = 0; row < rows_.size(); ++row) rows_[row].push_back(tokens[row]);
    if (cache_.length + 1 <= capacity_) return;
    // Full of padding: packed anew. Full of tokens: a quarter of the context is forgotten, so that
    // the next tokens are cheap.
    forget(width() > positions_ ? std::max<int64_t>(1, positions_ * 3 / 4) : positions_);
  }

  /// Logits (rows, V) after the last token of each row, one row after another.
  std::vector<float> logits() {
    const bool fresh = cache_.length == 0;
    const int64_t count = fresh ? width() : 1, first = cache_.length;
    const auto rows = std::ssize(rows_);
    std::vector<int32_t> tokens(static_cast<size_t>(rows * count));
    for (int64_t r = 0; r < rows; ++r) {
      const std::vector<int32_t>& seen = rows_[static_cast<size_t>(r)];
      const int64_t taken = std::min(count, std::ssize(seen));
      std::copy(seen.end() - taken, seen.end(), tokens.begin() + (r + 1) * count - taken);
    }
    ModelInput input;
    input.tokens = tensor_of(tokens, {rows, count}, device());
    const at::Tensor pads = tensor_of(padding_, {rows, 1}, device());
    input.positions = (at::arange(first, first + count, pads.options()) - pads).clamp_min(0);
    const bool padded = std::any_of(padding_.begin(), padding_.end(), [](int32_t n) { return n; });
    if (padded) input.first_key = pads.expand({rows, count}).contiguous();
    input.cache = &cache_;
    const at::Tensor last = model_.hidden(input).select(1, count - 1);
    return values_of<float>(model_.logits(last));
  }

  /// Every token that row `row` still remembers, once.
  std::set<int32_t> seen(size_t row) const { return {rows_[row].begin(), rows_[row].end()}; }

  /// Goes on with these rows only (ascending).
  void keep(const std::vector<int64_t>& kept) {
    if (kept.size() == rows_.size()) return;
    for (size_t i = 0; i < kept.size(); ++i) {
      const auto from = static_cast<size_t>(kept[i]);
      std::swap(rows_[i], rows_[from]);
      std::swap(padding_[i], padding_[from]);
    }
    rows_.resize(kept.size());
    padding_.resize(kept.size());
    cache_.keep(tensor_of(kept, device()));
  }

 private:
  at::Device device() const { return model_.parameters().device(); }

  int64_t width() const {
    size_t longest = 0;
    for (const auto& row : rows_) longest = std::max(longest, row.size());
    return static_cast<int64_t>(longest);
  }

  /// Keeps at most the last `tokens` of each row; what is left is seen anew.
  void forget(int64_t tokens) {
    for (auto& row : rows_) {
      if (std::ssize(row) > tokens) row.erase(row.begin(), row.end() - tokens);
    }
    padding_.clear();
    for (const auto& row : rows_) {
      padding_.push_back(static_cast<int32_t>(width() - std::ssize(row)));
    }
    cache_ = {};
    cache_.capacity = capacity_;
  }

  Model& model_;
  const int64_t positions_, capacity_;
  std::vector<std::vector<int32_t>> rows_;
  std::vector<int32_t> padding_;  ///< of each row
  KvCache cache_;
};

void penalize(std::span<float> logits, const std::set<int32_t>& seen, double penalty) {
  const auto factor = static_cast<float>(penalty);
  for (const int32_t token : seen) {
    float& logit = logits[static_cast<size_t>(token)];
    logit = logit > 0 ? logit / factor : logit * factor;
  }
}

/// One group of prompts, the first of which is number `first`.
void generate_group(Model& model, int64_t positions,
                    const std::vector<std::vector<int32_t>>& prompts,
                    const SamplingOptions& options, const OnToken& on_token, int64_t first,
                    std::vector<std::vector<int32_t>>& texts) {
  size_t longest = 0;
  for (const auto& prompt : prompts) longest = std::max(longest, prompt.size());
  Context context(model, positions, static_cast<int64_t>(longest) + options.max_new_tokens,
                  prompts);
  std::vector<int64_t> alive(prompts.size());  // numbers of the prompts that still grow
  std::iota(alive.begin(), alive.end(), first);
  for (int64_t step = 0; step < options.max_new_tokens && !alive.empty(); ++step) {
    check_stop();
    std::vector<float> logits = context.logits();
    const size_t vocabulary = logits.size() / alive.size();
    std::vector<int64_t> kept, still_alive;
    std::vector<int32_t> next;
    for (size_t row = 0; row < alive.size(); ++row) {
      const RandomStream stream(options.seed, Purpose::kSampling,
                                static_cast<uint64_t>(options.first_prompt + alive[row]));
      const std::span own(logits.data() + row * vocabulary, vocabulary);
      if (options.repetition_penalty != 1) {
        penalize(own, context.seen(row), options.repetition_penalty);
      }
      const int32_t token = sample_token(own, options, stream.uniform(static_cast<uint64_t>(step)));
      const auto& stops = options.stop_tokens;
      if (std::find(stops.begin(), stops.end(), token) != stops.end()) continue;
      texts[static_cast<size_t>(alive[row])].push_back(token);
      if (on_token && !on_token(alive[row], token)) continue;
      kept.push_back(static_cast<int64_t>(row));
      still_alive.push_back(alive[row]);
      next.push_back(token);
    }
    alive = still_alive;
    context.keep(kept);
    context.append(next);
  }
}

}  // namespace

std::vector<std::vector<int32_t>> generate(Model& model, int64_t positions,
                                           const std::vector<std::vector<int32_t>>& prompts,
                                           const SamplingOptions& options,
                                           const OnToken& on_token) {
  const at::NoGradGuard no_grad;
  for (const auto& prompt : prompts) {
    TWOFOLD_EXPECT(!prompt.empty(), "generation needs at least one token");
  }
  std::vector<std::vector<int32_t>> texts(prompts.size());
  if (!model.depends_on_length()) {
    generate_group(model, positions, prompts, options, on_token, 0, texts);
    return texts;
  }
  for (size_t i = 0; i < prompts.size(); ++i) {  // a longer neighbour would change them
    generate_group(model, positions, {prompts[i]}, options, on_token, static_cast<int64_t>(i),
                   texts);
  }
  return texts;
}

std::vector<int32_t> generate(Model& model, int64_t positions, std::span<const int32_t> prompt,
                              const SamplingOptions& options,
                              const std::function<bool(int32_t)>& on_token) {
  OnToken with_prompt;
  if (on_token) with_prompt = [&](int64_t, int32_t token) { return on_token(token); };
  return generate(model, positions,
                  std::vector<std::vector<int32_t>>{{prompt.begin(), prompt.end()}}, options,
                  with_prompt)[0];
}

}  // namespace twofold
