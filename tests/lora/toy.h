#pragma once
// Parameter trees with the shapes of real families, and a small network over one of them.

#include <ATen/Functions.h>

#include "lora/update_check.h"
#include "tensor/packed.h"
#include "twofold/lora/lora.h"
#include "twofold/ops/attachment.h"

namespace twofold::toy {

inline void declare(ParameterTree& tree, const std::string& path, std::vector<int64_t> shape,
                    bool transposed = false) {
  tree.declare({.path = path,
                .shape = std::move(shape),
                .init = {.kind = Init::Kind::kNormal, .stddev = 0.05},
                .axes = {},
                .transposed_storage = transposed,
                .weight = {}});
}

/// Two GPT blocks of width `n_embd`; the kernels of the second are stored transposed. The table is
/// the head as well if it is `tied`.
inline ParameterTree gpt_shapes(int64_t n_embd = 64, int64_t vocab = 128, bool tied = true) {
  ParameterTree tree;
  declare(tree, "wte", {vocab, n_embd});
  for (int block = 0; block < 2; ++block) {
    const std::string at = "blocks/" + std::to_string(block) + "/";
    const bool transposed = block == 1;
    declare(tree, at + "ln_1/weight", {n_embd});
    declare(tree, at + "attn/c_attn/kernel", {n_embd, 3 * n_embd}, transposed);
    declare(tree, at + "attn/c_attn/bias", {3 * n_embd});
    declare(tree, at + "attn/c_proj/kernel", {n_embd, n_embd}, transposed);
    declare(tree, at + "mlp/c_fc/kernel", {n_embd, 4 * n_embd}, transposed);
    declare(tree, at + "mlp/c_proj/kernel", {4 * n_embd, n_embd}, transposed);
  }
  declare(tree, "ln_f/weight", {n_embd});
  if (!tied) declare(tree, "lm_head", {vocab, n_embd});
  return tree;
}

inline ParameterTree gpt(int64_t n_embd = 16, int64_t vocab = 32, bool tied = true) {
  ParameterTree tree = gpt_shapes(n_embd, vocab, tied);
  tree.initialize(7, at::kFloat);
  return tree;
}

/// The hidden states of a network in which every kernel takes part.
inline at::Tensor hidden(ParameterTree& tree, const at::Tensor& ids) {
  at::Tensor h = ops::Adapted(tree.at("wte").weight).lookup(ids, at::kFloat);
  for (const char* block : {"blocks/0/", "blocks/1/"}) {
    const auto project = [&](const at::Tensor& x, const char* name) {
      return ops::Adapted(tree.at(std::string(block) + name).weight).product(x, {}, {});
    };
    const std::vector<at::Tensor> thirds = project(h, "attn/c_attn/kernel").chunk(3, -1);
    h = h + project(at::tanh(thirds[0]) * thirds[1] + thirds[2], "attn/c_proj/kernel");
    h = h + project(at::tanh(project(h, "mlp/c_fc/kernel")), "mlp/c_proj/kernel");
  }
  return h;
}

inline const Weight& head(ParameterTree& tree) {
  const Parameter* own = tree.find("lm_head");
  return own ? own->weight : tree.at("wte").weight;
}

inline at::Tensor logits(ParameterTree& tree, const at::Tensor& ids) {
  const at::NoGradGuard no_grad;
  const auto path = ops::Adapted(head(tree)).evaluation_logits(at::kFloat);
  return ops::logits(hidden(tree, ids), *path);
}

inline at::Tensor loss(ParameterTree& tree) {
  const at::Tensor labels = at::arange(1, 13, at::kLong);
  const ops::HeadStates states =
      ops::supervised_states(hidden(tree, at::arange(12, at::kLong)), labels);
  const auto path = ops::Adapted(head(tree)).training_logits(states, {});
  return ops::head_loss(states, *path, labels, 1.0 / 12);
}

/// A tensor of an adapter by its name in checkpoints.
inline at::Tensor named(const LoRAParams& adapters, const std::string& wanted) {
  for (const auto& [name, tensor] : named_tensors(adapters)) {
    if (name == wanted) return tensor;
  }
  return {};
}

/// The low-rank term that is attached to a leaf.
inline LowRank term_of(const ParameterTree& tree, const std::string& path) {
  return *tree.find(path)->weight.attachments.at(0)->as_low_rank();
}
inline bool is_adapted(const ParameterTree& tree, const std::string& path) {
  return !tree.find(path)->weight.attachments.empty();
}

inline LoRAConfig lora(std::vector<std::string> targets = {"kernel"}, int64_t rank = 4) {
  LoRAConfig config;
  config.rank = rank;
  config.alpha = 4;
  config.target_modules = std::move(targets);
  return config;
}

/// An update of `adapters` in which everything received a gradient but `unreached`, and everything
/// moved but `unmoved`.
inline CheckedUpdate updated(const LoRAParams& adapters, const std::string& unreached,
                             const std::string& unmoved) {
  CheckedUpdate update{.before = {}, .optimizer_state = {}, .lr = 0.5};
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    const at::Tensor moment = name == unreached ? at::zeros_like(tensor) : at::ones_like(tensor);
    update.optimizer_state.emplace_back("m/" + name, moment.detach());
    update.optimizer_state.emplace_back("v/" + name, moment.detach());
    update.before.emplace_back(name, (name == unmoved ? tensor : tensor + 1).detach().clone());
  }
  return update;
}

}  // namespace twofold::toy
