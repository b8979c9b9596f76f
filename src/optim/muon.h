#pragma once
// Muon (Jordan 2024): the momentum of a matrix is replaced by the nearest matrix with orthonormal
// rows or columns, scaled per row or column by NorMuon (arXiv 2510.05491). Embeddings, heads, norms
// and biases go to Adam, each group with its own learning rate and clip; matrices are not clipped,
// since the size of their updates does not depend on the gradient's.

#include "optim/adam.h"

namespace twofold {

/// The nearest (semi-)orthogonal matrix of `matrix`, by `iterations` (1–5) of the Polar Express
/// polynomials (arXiv 2505.16932), times sqrt(max(1, rows / columns)). float32 or float64.
at::Tensor orthogonalize(const at::Tensor& matrix, int64_t iterations);

class Muon : public Optimizer {
 public:
  Muon(const OptimizerConfig& config, std::vector<Trainable> tensors);
  NamedTensors state() const override;
  void load_state(const NamedTensors& state) override;

 private:
  void update(double lr, std::span<const double> scales) override;
  void update_matrix(AdamState& matrix, double lr);

  OptimizerConfig config_;
  std::vector<AdamState> matrices_;  ///< m: momentum; v: mean square of each row or column
  AdamGroup scalars_, embeddings_, heads_;
  int64_t count_ = 0;
};

}  // namespace twofold
