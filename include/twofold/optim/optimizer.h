#pragma once
// Optimizers over named tensors: their settings, the choice between them, and clipping, which is
// the same for all.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "twofold/config/fields.h"
#include "twofold/optim/gradients.h"

namespace twofold {

/// What Adam needs beyond a learning rate.
struct AdamSettings {
  double beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weight_decay = 0;
};

/// The `optimization/*` settings of the optimizers (schedule.h has the schedules'). AdamW and Muon
/// share keys whose best values differ, so a value below zero means the optimizer's own default;
/// adamw() and muon() fill that in.
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
      const;  ///< for what Muon leaves to Adam; but weight_decay is for Muon's matrices
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// One update from the tensors' .grad, clipped; a tensor without a gradient is left alone.
  /// `lr` is this step's learning rate, `norm` the size of the gradients, which the caller has
  /// found finite.
  void step(double lr, const GradientNorm& norm);
  /// Aliases of the live tensors: the moments "m/<name>" and "v/<name>", and "count", the updates
  /// so far (an int64 scalar, not an alias). Muon's "v" of a matrix is one row or column.
  virtual NamedTensors state() const = 0;
  /// Copies a saved state in. Throws one Error naming every tensor whose name, shape or dtype
  /// differs, and then changes nothing.
  virtual void load_state(const NamedTensors& state) = 0;

 protected:
  static constexpr int kNotClipped = -1;
  /// `clip_groups` gives each tensor the number of its group. The gradients of a group are scaled
  /// down together to an L2 norm of at most `clip`; 0 turns clipping off.
  Optimizer(double clip, std::vector<int> clip_groups)
      : clip_(clip), clip_groups_(std::move(clip_groups)) {}

 private:
  /// `scales`: for each tensor, what its gradient is multiplied by.
  virtual void update(double lr, std::span<const double> scales) = 0;

  double clip_;
  std::vector<int> clip_groups_;
};

/// Phase 1's optimizer: AdamW with decay on matrices only, or Muon. Both makers throw an Error
/// naming a tensor that is not float32.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config,
                                          std::vector<Trainable> tensors);
/// Phase 2's, whatever `optimizer` says: Adam with adamw()'s settings over the adapters, no decay.
std::unique_ptr<Optimizer> make_adapter_optimizer(const OptimizerConfig& config,
                                                  std::vector<Trainable> tensors);

}  // namespace twofold
