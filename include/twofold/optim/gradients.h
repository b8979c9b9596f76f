#pragma once
// The tensors that an optimizer updates, and the sizes of their gradients.

#include <string>
#include <vector>

#include "twofold/tensor/parameters.h"

namespace twofold {

/// A tensor to be trained (float32, requires_grad).
struct Trainable {
  std::string name = {};
  at::Tensor value = {};
  double lr_multiplier = 1;  ///< of the adapters' optimizer: this tensor's learning rate / lr
  std::vector<std::string> axes = {};  ///< logical ones, as Parameter has them
};

/// Sizes of the gradients of a step.
struct GradientNorm {
  std::vector<double> squares;  ///< Σ g² of each tensor; 0 without a gradient
  double value = 0;             ///< L2 norm of them all
  std::string not_finite = {};  ///< name of the first tensor whose gradient is not finite, or empty
};

/// Σ g² of each tensor's gradient, (n) float64 on the tensors' device; undefined if none has a
/// gradient.
at::Tensor gradient_squares(const std::vector<Trainable>& tensors);
/// The gradients' sizes from those sums, read back to the host. The sums are added in the order of
/// the tensors.
GradientNorm gradient_norm(const std::vector<Trainable>& tensors, std::vector<double> squares);
/// Both steps: computes the sums and reads them back.
GradientNorm gradient_norm(const std::vector<Trainable>& tensors);

void clear_gradients(const std::vector<Trainable>& tensors);

/// The gradient in the strides of the tensor it belongs to, or undefined if there is none.
at::Tensor gradient_like(const at::Tensor& value);

}  // namespace twofold
