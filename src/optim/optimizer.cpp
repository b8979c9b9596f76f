#include "twofold/optim/optimizer.h"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>

#include "base/error.h"
#include "optim/adam.h"
#include "optim/muon.h"
#include "tensor/dtype.h"

namespace twofold {
namespace {

/// What the gradients of each tensor are multiplied by, so that no clip group's are larger than
/// `clip`.
std::vector<double> clip_scales(const GradientNorm& norm, const std::vector<int>& groups,
                                double clip) {
  std::map<int, double> squares;
  for (size_t i = 0; i < groups.size(); ++i) squares[groups[i]] += norm.squares.at(i);
  std::vector<double> scales;
  for (const int group : groups) {
    const double size = std::sqrt(squares[group]);
    scales.push_back(group >= 0 && clip > 0 && size > clip ? clip / size : 1.0);
  }
  return scales;
}

double own_default(double value, double fallback) { return value < 0 ? fallback : value; }

void require_float32(const std::vector<Trainable>& tensors) {
  for (const Trainable& tensor : tensors) {
    if (tensor.value.scalar_type() == at::kFloat) continue;
    fail({.what = "only float32 weights can be trained",
          .where = tensor.name,
          .expected = "float32",
          .found = dtype_name(tensor.value.scalar_type()),
          .hint = "architecture/dtype/param: float32 (architecture/dtype/activation may stay "
                  "bfloat16)"});
  }
}

}  // namespace

void OptimizerConfig::declare(config::Fields& fields) {
  const Constraint positive{.min = 0, .exclusive_min = true};
  const Constraint decay_rate{.min = 0, .max = 1, .exclusive_max = true};
  fields.add(
      "optimization/optimizer", optimizer,
      "Of phase 1: adamw, or muon (for matrices, the rest by Adam). Phase 2 trains adapters by "
      "Adam.",
      {.choices = {"adamw", "muon"}});
  fields.add(
      "optimization/clip", clip,
      "Gradients of a larger L2 norm are scaled down to it; 0 = never. Muon does so for each "
      "group other than matrices.",
      {.min = 0});
  fields.add(
      "optimization/weight_decay", weight_decay,
      "Decoupled decay, on matrices only; -1 = the optimizer's own (adamw 0.1, muon 0). Adapters "
      "have none.",
      {.min = 0, .or_else = -1});
  fields.add("optimization/beta1", beta1,
             "Adam's first decay rate; -1 = the optimizer's own (adamw 0.9, muon 0.8).",
             {.min = 0, .max = 1, .exclusive_max = true, .or_else = -1});
  fields.add("optimization/beta2", beta2, "Adam's second decay rate.", decay_rate);
  fields.add("optimization/eps", eps,
             "Adam's epsilon, outside the root; -1 = the optimizer's own (adamw 1e-8, muon 1e-10).",
             {.min = 0, .or_else = -1});
  fields.add("optimization/muon/momentum", muon_momentum, "Muon's momentum.", decay_rate);
  fields.add("optimization/muon/ns_steps", muon_ns_steps,
             "Iterations that orthogonalise an update of Muon.", {.min = 1, .max = 5});
  fields.add("optimization/muon/beta2", muon_beta2,
             "Decay rate of the second moments of Muon's rows or columns.", decay_rate);
  fields.add("optimization/muon/matrix_lr_multiplier", matrix_lr_multiplier,
             "Muon: learning rate of matrices / lr.", positive);
  fields.add("optimization/muon/embedding_lr_multiplier", embedding_lr_multiplier,
             "Muon: learning rate of embeddings / lr.", positive);
  fields.add("optimization/muon/unembedding_lr_multiplier", unembedding_lr_multiplier,
             "Muon: learning rate of heads / lr.", positive);
  fields.add("optimization/muon/scalar_lr_multiplier", scalar_lr_multiplier,
             "Muon: learning rate of norms and biases / lr.", positive);
}

AdamSettings OptimizerConfig::adamw() const {
  return {.beta1 = own_default(beta1, 0.9),
          .beta2 = beta2,
          .eps = own_default(eps, 1e-8),
          .weight_decay = own_default(weight_decay, 0.1)};
}

AdamSettings OptimizerConfig::muon() const {
  return {.beta1 = own_default(beta1, 0.8),
          .beta2 = beta2,
          .eps = own_default(eps, 1e-10),
          .weight_decay = own_default(weight_decay, 0.0)};
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config,
                                          std::vector<Trainable> tensors) {
  require_float32(tensors);
  if (config.optimizer == "muon") return std::make_unique<Muon>(config, std::move(tensors));
  TWOFOLD_EXPECT(config.optimizer == "adamw", "no optimizer called " + config.optimizer);
  return std::make_unique<AdamW>(config.adamw(), config.clip, std::move(tensors));
}

std::unique_ptr<Optimizer> make_adapter_optimizer(const OptimizerConfig& config,
                                                  std::vector<Trainable> tensors) {
  require_float32(tensors);
  AdamSettings settings = config.adamw();
  settings.weight_decay = 0;
  return std::make_unique<AdamW>(settings, config.clip, std::move(tensors));
}

void Optimizer::step(double lr, const GradientNorm& norm) {
  const at::NoGradGuard no_grad;
  update(lr, clip_scales(norm, clip_groups_, clip_));
}

}  // namespace twofold
