#pragma once
// Muon (Jordan 2024): the momentum of a matrix is replaced by the nearest matrix with orthonormal
// rows or columns, scaled per row or column by NorMuon (arXiv 2510.05491). Embeddings, heads, norms
// and biases go to Adam, each group with its own learning rate and clip.

#include "optim/adam.h"

namespace twofold {

/// The nearest (semi-)orthogonal matrix of `matrix`, by `iterations` (1–5) of the Polar Express
/// polynomials (arXiv 2505.16932), times sqrt(max(1, rows / columns)). float32 or float64.
at::Tensor orthogonalize(const at::Tensor& matrix, int64_t iterations);

class Muon : public Optimizer {
 public:
  Muon(const OptimizerConfig& config, std::vector<Trainable> tensors);
  /// Matrices are not clipped and the other groups by their own norms: the global one is not used.
  void step(double lr, double grad_norm) override;
  NamedTensors state() const override;
  void load_state(const NamedTensors& state) override { copy_state(this->state(), state); }

 private:
  void step_matrix(Moments& moments, double lr);

  OptimizerConfig config_;
  std::vector<Moments> matrices_;
  AdamGroup scalars_, embeddings_, heads_;
  at::Tensor count_;
};

}  // namespace twofold
