#pragma once
// Optimizers over named tensors. They see names, values and gradients; what those belong to is not
// their business.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "tensor/parameters.h"

namespace twofold {

/// A tensor to be trained (float32, requires_grad).
struct Trainable {
  std::string name = {};
  at::Tensor value = {};
  double lr_multiplier = 1;  ///< of the adapters' optimizer: this tensor's learning rate / lr
};

/// What Adam needs beyond a learning rate.
struct AdamSettings {
  double beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weight_decay = 0;
};

/// The `optimization/*` settings of the optimizers (schedule.h has the schedules'). AdamW and Muon
/// share keys whose best values differ, so a value below zero means the optimizer's own default;
/// adamw() and muon() put that in.
struct OptimizerConfig {
  std::string optimizer = "adamw";  ///< optimization/optimizer: adamw, muon
  double clip = 1.0;                ///< optimization/clip: L2 norm; 0 = off
  double weight_decay = -1;         ///< adamw 0.1, muon 0
  double beta1 = -1;                ///< adamw 0.9, muon 0.8
  double beta2 = 0.95;
  double eps = -1;  ///< adamw 1e-8, muon 1e-10
  // optimization/muon/*
  double muon_momentum = 0.95;
  int64_t muon_ns_steps = 5;
  double muon_beta2 = 0.95;
  double matrix_lr_multiplier = 1.0, embedding_lr_multiplier = 15.0;
  double unembedding_lr_multiplier = 0.2, scalar_lr_multiplier = 25.0;
  void declare(config::Fields& fields);
  AdamSettings adamw() const;
  AdamSettings muon()
      const;  ///< of the groups that Muon leaves to Adam; the decay is the matrices'
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// One update from the tensors' .grad; a tensor without a gradient is left alone.
  /// `lr` is this step's learning rate, `grad_norm` the global L2 norm (gradient_norm), which the
  /// caller has found finite.
  virtual void step(double lr, double grad_norm) = 0;
  /// Aliases of the live tensors: the moments "m/<name>" and "v/<name>", and "count", the updates
  /// so far (an int64 scalar). Muon's "v" of a matrix is one row or column.
  virtual NamedTensors state() const = 0;
  /// Copies a saved state in; one Error naming every tensor whose name, shape or dtype differs, in
  /// which case nothing has been changed.
  virtual void load_state(const NamedTensors& state) = 0;
};

/// Phase 1's optimizer: AdamW with decay on matrices only, or Muon. Both makers throw an Error
/// naming a tensor that is not float32.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config,
                                          std::vector<Trainable> tensors);
/// Phase 2's, whatever `optimizer` says: Adam with adamw()'s settings over the adapters, no decay.
std::unique_ptr<Optimizer> make_adapter_optimizer(const OptimizerConfig& config,
                                                  std::vector<Trainable> tensors);

/// Global L2 norm of the gradients (float64 sum, fixed order); names the first tensor whose
/// gradient is not finite, if any.
struct GradientNorm {
  double value = 0;             ///< a tensor without a gradient counts as zero
  std::string not_finite = {};  ///< name of an offending tensor, or empty
};
GradientNorm gradient_norm(const std::vector<Trainable>& tensors);
void clear_gradients(const std::vector<Trainable>& tensors);

}  // namespace twofold
