#include "twofold/optim/gradients.h"

#include <ATen/Functions.h>

#include <cmath>

#include "base/error.h"
#include "ops/update.h"
#include "twofold/tensor/host.h"

namespace twofold {

at::Tensor gradient_squares(const std::vector<Trainable>& tensors) {
  std::vector<at::Tensor> gradients;
  for (const Trainable& tensor : tensors) {
    if (tensor.value.grad().defined()) gradients.push_back(tensor.value.grad());
  }
  return gradients.empty() ? at::Tensor() : ops::sums_of_squares(gradients);
}

GradientNorm gradient_norm(const std::vector<Trainable>& tensors, std::vector<double> squares) {
  GradientNorm norm;
  double sum = 0;
  size_t next = 0;
  for (const Trainable& tensor : tensors) {
    const bool has_gradient = tensor.value.grad().defined();
    const double square = has_gradient ? squares.at(next++) : 0.0;
    if (!std::isfinite(square) && norm.not_finite.empty()) norm.not_finite = tensor.name;
    norm.squares.push_back(square);
    sum += square;
  }
  TWOFOLD_EXPECT(next == squares.size(), "one number a gradient");
  norm.value = std::sqrt(sum);
  return norm;
}

GradientNorm gradient_norm(const std::vector<Trainable>& tensors) {
  const at::Tensor squares = gradient_squares(tensors);
  return gradient_norm(tensors, squares.defined() ? numbers_of({squares}) : std::vector<double>());
}

void clear_gradients(const std::vector<Trainable>& tensors) {
  for (const Trainable& tensor : tensors) tensor.value.mutable_grad().reset();
}

at::Tensor gradient_like(const at::Tensor& value) {
  const at::Tensor& gradient = value.grad();
  if (!gradient.defined() || gradient.strides() == value.strides()) return gradient;
  return at::empty_like(value).copy_(gradient);
}

}  // namespace twofold
