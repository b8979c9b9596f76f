#include "eval/likelihood.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>

#include "base/stop.h"
#include "eval/likelihood_pass.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

/// Tokens of one pass: enough for products to run at full speed, few enough to stay in memory.
constexpr size_t kPassTokens = 4096;
/// Logits that exist at a time.
constexpr int64_t kLogits = int64_t{1} << 24;

/// (N, 2): ln p of each label, and whether it is the likeliest (0 if that is not asked for).
at::Tensor judged(const Model& model, const at::Tensor& states, const at::Tensor& labels,
                  bool greedily) {
  if (!greedily) {
    const at::Tensor log_p = model.token_losses(states, labels).neg().to(at::kDouble).unsqueeze(1);
    return at::cat({log_p, at::zeros_like(log_p)}, 1);
  }
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

/// The likelihoods of a pass, text by text.
std::vector<Likelihood> score(Model& model, int64_t positions, std::span<const TextGroup> groups,
                              bool greedily) {
  std::vector<int64_t> labels;
  std::vector<const LabelledText*> texts;
  for (const TextGroup& group : groups) {
    for (const LabelledText* text : group.texts) {
      texts.push_back(text);
      labels.insert(labels.end(), text->labels.begin(), text->labels.end());
    }
  }
  const at::Tensor states = labelled_states(model, positions, groups);
  const std::vector<double> found =
      values_of<double>(judged(model, states, tensor_of(labels, states.device()), greedily));
  std::vector<Likelihood> result;
  size_t next = 0;
  for (const LabelledText* text : texts) {
    Likelihood likelihood{.log_p = 0, .greedy = true, .cut = text->cut};
    for (size_t i = 0; i < text->labels.size(); ++i, next += 2) {
      likelihood.log_p += found[next];
      likelihood.greedy &= found[next + 1] != 0;
    }
    result.push_back(likelihood);
  }
  return result;
}

/// The texts by their contexts, the longest first; a text alone shares all of itself.
std::vector<TextGroup> grouped(const std::vector<LabelledText>& texts, bool alone) {
  std::map<std::vector<int32_t>, TextGroup> by_context;
  std::vector<TextGroup> groups;
  for (const LabelledText& text : texts) {
    if (alone) {
      groups.push_back({.texts = {&text}, .shared = text.inputs.size()});
      continue;
    }
    TextGroup& group = by_context[{text.context().begin(), text.context().end()}];
    group.texts.push_back(&text);
    group.shared = text.context().size();
  }
  for (auto& [context, group] : by_context) {
    if (group.texts.size() == 1) group.shared = group.texts.front()->inputs.size();
    groups.push_back(std::move(group));
  }
  // Texts alone are not padded where others need it, so passes hold one kind.
  std::ranges::stable_sort(groups, std::greater{}, [](const TextGroup& group) {
    return std::pair(group.longest_rest() > 0, group.shared + group.longest_rest());
  });
  return groups;
}

/// How many groups from the first one on are computed side by side.
size_t pass_size(std::span<const TextGroup> groups, bool alone) {
  if (alone) return 1;
  size_t count = 0, shared = 0, rest = 0, texts = 0;
  while (count < groups.size()) {
    const TextGroup& next = groups[count];
    if ((next.longest_rest() > 0) != (groups[0].longest_rest() > 0)) break;
    shared = std::max(shared, next.shared);
    rest = std::max(rest, next.longest_rest());
    texts += next.texts.size();
    if (count > 0 && texts * (shared + rest) > kPassTokens) break;  // what the cache holds
    ++count;
  }
  return count;
}

}  // namespace

std::vector<Likelihood> likelihoods(Model& model, int64_t positions,
                                    std::span<const Continuation> continuations,
                                    const std::function<void(double)>& progress, bool greedy) {
  const at::NoGradGuard no_grad;
  std::vector<LabelledText> texts;
  texts.reserve(continuations.size());
  for (const Continuation& continuation : continuations)
    texts.emplace_back(continuation, positions);
  const bool alone = model.depends_on_length();  // a longer neighbour would change it
  const std::vector<TextGroup> groups = grouped(texts, alone);
  std::vector<Likelihood> result(texts.size());
  size_t done = 0;
  for (size_t first = 0; first < groups.size();) {
    check_stop();
    const std::span rest = std::span(groups).subspan(first);
    const auto pass = rest.first(pass_size(rest, alone));
    const std::vector<Likelihood> found = score(model, positions, pass, greedy);
    size_t next = 0;
    for (const TextGroup& group : pass) {
      for (const LabelledText* text : group.texts) {
        result[static_cast<size_t>(text - texts.data())] = found[next++];
      }
    }
    done += found.size();
    first += pass.size();
    if (progress) progress(static_cast<double>(done) / static_cast<double>(texts.size()));
  }
  return result;
}

}  // namespace twofold
