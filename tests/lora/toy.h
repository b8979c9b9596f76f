#pragma once
// Parameter trees with the shapes of real families, and a small network over one of them.

#include <ATen/Functions.h>

#include "lora/lora.h"
#include "lora/movement.h"
#include "tensor/packed.h"

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

/// W, in float32.
inline at::Tensor base(const Weight& weight) {
  return weight.packed ? unpacked(weight, at::kFloat) : weight.value.to(at::kFloat);
}

/// W + s·A·B.
inline at::Tensor adapted(const Weight& weight) {
  if (!weight.low_rank) return base(weight);
  const LowRank& term = *weight.low_rank;
  return base(weight) + at::matmul(term.A, term.B) * term.scale;
}

/// What DoRA scales the outputs of W + s·A·B by: its columns, or (dimension 1) its rows.
inline at::Tensor lengthening(const Weight& weight, int64_t dimension = 0) {
  return weight.low_rank->magnitude / adapted(weight).detach().square().sum(dimension).sqrt();
}

/// x·W + s·(x·A)·B, its columns scaled to the magnitude if there is one.
inline at::Tensor project(const at::Tensor& x, const Weight& weight) {
  const at::Tensor y = at::matmul(x, base(weight));
  if (!weight.low_rank) return y;
  const LowRank& term = *weight.low_rank;
  const at::Tensor sum = y + at::matmul(at::matmul(x, term.A), term.B) * term.scale;
  if (!term.magnitude.defined()) return sum;
  return sum * lengthening(weight);
}

/// The table with its low-rank term and its rows; of a head, rows are what DoRA scales.
inline at::Tensor effective_table(const Weight& weight, bool head = false) {
  at::Tensor table = adapted(weight);
  if (weight.low_rank && weight.low_rank->magnitude.defined()) {
    table = table * (head ? lengthening(weight, 1).unsqueeze(1) : lengthening(weight));
  }
  return weight.rows ? table.index_copy(0, weight.rows->ids, weight.rows->value) : table;
}

/// Logits of a network in which every kernel takes part.
inline at::Tensor logits(ParameterTree& tree, const at::Tensor& ids) {
  const at::Tensor table = effective_table(tree.at("wte").weight);
  at::Tensor h = table.index_select(0, ids);
  for (const char* block : {"blocks/0/", "blocks/1/"}) {
    const auto at_path = [&](const char* name) -> const Weight& {
      return tree.at(std::string(block) + name).weight;
    };
    const std::vector<at::Tensor> thirds = project(h, at_path("attn/c_attn/kernel")).chunk(3, -1);
    h = h + project(at::tanh(thirds[0]) * thirds[1] + thirds[2], at_path("attn/c_proj/kernel"));
    h = h + project(at::tanh(project(h, at_path("mlp/c_fc/kernel"))), at_path("mlp/c_proj/kernel"));
  }
  const Parameter* head = tree.find("lm_head");
  return at::matmul(h, (head ? effective_table(head->weight, /*head=*/true) : table).t());
}

inline at::Tensor loss(ParameterTree& tree) {
  const at::Tensor ids = at::arange(12, at::kLong), labels = at::arange(1, 13, at::kLong);
  return at::cross_entropy_loss(logits(tree, ids), labels);
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
inline Movement update(const LoRAParams& adapters, const std::string& unreached,
                       const std::string& unmoved) {
  Movement movement{.before = {}, .optimizer_state = {}, .lr = 0.5};
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    const at::Tensor moment = name == unreached ? at::zeros_like(tensor) : at::ones_like(tensor);
    movement.optimizer_state.emplace_back("m/" + name, moment.detach());
    movement.optimizer_state.emplace_back("v/" + name, moment.detach());
    movement.before.emplace_back(name, (name == unmoved ? tensor : tensor + 1).detach().clone());
  }
  return movement;
}

}  // namespace twofold::toy
