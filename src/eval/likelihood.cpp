#include "eval/likelihood.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/stop.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

/// Tokens of one pass: enough for products to run at full speed, few enough to stay in memory.
constexpr int64_t kPassTokens = 4096;
/// Logits that exist at a time.
constexpr int64_t kLogits = int64_t{1} << 24;

/// What the model reads, and the labels of its last positions.
struct Text {
  std::span<const int32_t> labels;
  std::vector<int32_t> inputs;

  Text(const Continuation& continuation, int64_t positions) : labels(continuation.tokens) {
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
    if (std::ssize(inputs) > positions) inputs.erase(inputs.begin(), inputs.end() - positions);
  }
  size_t first_label() const { return inputs.size() - labels.size(); }
};

/// The hidden states (N, D) of all positions that have a label, text by text.
at::Tensor labelled_states(Model& model, std::span<const Text> texts) {
  const at::Device device = model.parameters().device();
  const auto rows = std::ssize(texts);
  const size_t width = texts.front().inputs.size();  // the longest is the first
  std::vector<int32_t> tokens(texts.size() * width);
  std::vector<int64_t> places;
  for (size_t row = 0; row < texts.size(); ++row) {
    const Text& text = texts[row];
    std::ranges::copy(text.inputs, tokens.begin() + static_cast<ptrdiff_t>(row * width));
    for (size_t t = text.first_label(); t < text.inputs.size(); ++t) {
      places.push_back(static_cast<int64_t>(row * width + t));
    }
  }
  ModelInput input;  // no position sees the padding, which is behind it
  input.tokens = tensor_of(tokens, {rows, static_cast<int64_t>(width)}, device);
  input.positions = at::arange(static_cast<int64_t>(width), input.tokens.options())
                        .expand({rows, static_cast<int64_t>(width)})
                        .contiguous();
  return model.hidden(input).flatten(0, 1).index_select(0, tensor_of(places, device));
}

/// (N, 2): ln p of each label, and whether it is the likeliest.
at::Tensor judged(const Model& model, const at::Tensor& states, const at::Tensor& labels) {
  const int64_t vocabulary = model.head().value.size(0);
  const int64_t at_once = std::max<int64_t>(1, kLogits / vocabulary);
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < states.size(0); first += at_once) {
    const int64_t count = std::min(at_once, states.size(0) - first);
    const at::Tensor logits = model.logits(states.narrow(0, first, count));
    const at::Tensor own = labels.narrow(0, first, count).unsqueeze(1);
    const at::Tensor log_p = logits.gather(1, own).sub(logits.logsumexp(1, /*keepdim=*/true));
    const at::Tensor greedy = logits.argmax(1, /*keepdim=*/true).eq(own);
    parts.push_back(at::cat({log_p.to(at::kDouble), greedy.to(at::kDouble)}, 1));
  }
  return at::cat(parts);
}

std::vector<Likelihood> score(Model& model, std::span<const Text> texts) {
  std::vector<int64_t> labels;
  for (const Text& text : texts)
    labels.insert(labels.end(), text.labels.begin(), text.labels.end());
  const at::Tensor states = labelled_states(model, texts);
  const std::vector<double> found =
      values_of<double>(judged(model, states, tensor_of(labels, states.device())));
  std::vector<Likelihood> result;
  size_t next = 0;
  for (const Text& text : texts) {
    Likelihood likelihood{.log_p = 0, .greedy = true};
    for (size_t i = 0; i < text.labels.size(); ++i, next += 2) {
      likelihood.log_p += found[next];
      likelihood.greedy &= found[next + 1] != 0;
    }
    result.push_back(likelihood);
  }
  return result;
}

}  // namespace

std::vector<Likelihood> likelihoods(Model& model, int64_t positions,
                                    std::span<const Continuation> continuations,
                                    const std::function<void(double)>& progress) {
  const at::NoGradGuard no_grad;
  std::vector<Text> texts;
  texts.reserve(continuations.size());
  for (const Continuation& continuation : continuations)
    texts.emplace_back(continuation, positions);
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater{}, [&](size_t i) { return texts[i].inputs.size(); });
  std::vector<Likelihood> result(texts.size());
  for (size_t done = 0; done < order.size();) {
    check_stop();
    const auto longest = std::ssize(texts[order[done]].inputs);
    const bool alone = model.depends_on_length();  // a longer neighbour would change it
    const auto rows = static_cast<size_t>(alone ? 1 : std::max<int64_t>(1, kPassTokens / longest));
    std::vector<Text> pass;
    for (size_t i = done; i < std::min(order.size(), done + rows); ++i) {
      pass.push_back(texts[order[i]]);
    }
    const std::vector<Likelihood> found = score(model, pass);
    for (const Likelihood& likelihood : found) result[order[done++]] = likelihood;
    if (progress) progress(static_cast<double>(done) / static_cast<double>(order.size()));
  }
  return result;
}

}  // namespace twofold
