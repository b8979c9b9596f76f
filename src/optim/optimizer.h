#pragma once
// Optimizers over named tensors. They see names, values and gradients; what those belong to is not
// their business.

#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "tensor/parameters.h"

namespace twofold {

/// A tensor to be trained (float32, requires_grad).
struct Trainable {
  std::string name;
  at::Tensor value;
};

/// The `optimization/*` settings of the optimizers (schedule.h has the schedules').
struct OptimizerConfig {
  std::string optimizer = "adamw";  ///< optimization/optimizer: adamw, muon
  double clip = 1.0;                ///< optimization/clip: global norm; 0 = off
  double weight_decay = 0.1;
  double beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
  // optimization/muon/*
  double muon_momentum = 0.95;
  int64_t muon_ns_steps = 5;
  double muon_beta2 = 0.95;
  double matrix_lr_multiplier = 1.0, embedding_lr_multiplier = 15.0;
  double unembedding_lr_multiplier = 0.2, scalar_lr_multiplier = 25.0;
  void declare(config::Fields& fields);
};

/// What one update did.
struct UpdateReport {
  double grad_norm = 0;  ///< global L2 norm before clipping
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// One update from the tensors' .grad; a tensor without a gradient is left alone and counts as zero.
  /// `lr` is this step's learning rate. The caller has checked that grad_norm is finite.
  virtual void step(double lr, double grad_norm) = 0;
  /// Moments and counters, aliasing live tensors: "m/<name>", "v/<name>", …; plus the update count.
  virtual NamedTensors state() const = 0;
  /// Copies a saved state in; an Error naming the tensor if names or shapes differ.
  virtual void load_state(const NamedTensors& state) = 0;
};

/// Phase 1's optimizer: AdamW with decay on matrices only, or Muon.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::vector<Trainable> tensors);
/// Phase 2's: Adam over the adapters, no decay.
std::unique_ptr<Optimizer> make_adapter_optimizer(const OptimizerConfig& config,
                                                  std::vector<Trainable> tensors);

/// Global L2 norm of the gradients (float64 sum, fixed order); names the first tensor whose gradient
/// is not finite, if any.
struct GradientNorm {
  double value = 0;
  std::string not_finite;  ///< name of an offending tensor, or empty
};
GradientNorm gradient_norm(const std::vector<Trainable>& tensors);
void clear_gradients(const std::vector<Trainable>& tensors);

}  // namespace twofold
