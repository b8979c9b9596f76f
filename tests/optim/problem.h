#pragma once
// Tensors to optimize and a deterministic run of gradients for them.

#include <ATen/Functions.h>

#include <cmath>
#include <utility>

#include "twofold/optim/optimizer.h"

namespace twofold {

/// Values that look random and are a function of the shape and `salt` alone, about ±1.
inline at::Tensor waves(at::IntArrayRef shape, double salt) {
  const at::Tensor k = at::arange(c10::multiply_integers(shape), at::kDouble);
  // The square keeps the matrices from having rank two.
  return at::sin(k.square() * 0.31 + k * (0.7 + 0.13 * salt) + salt).to(at::kFloat).reshape(shape);
}

/// A transposed kernel, a row-major one (wide), an embedding, a head, a norm and a bias.
inline std::vector<Trainable> problem() {
  std::vector<Trainable> tensors = {
      {"blocks/0/attn/q_proj/kernel", waves({6, 12}, 1).t().contiguous().t()},
      {"blocks/0/mlp/down_proj/kernel", waves({10, 4}, 2)},
      {"wte", waves({9, 6}, 3), 1, {kVocabularyAxis, "n_embd"}},
      {"lm_head", waves({9, 6}, 4), 1, {kHeadAxis, "n_embd"}},
      {"blocks/0/ln_1/weight", waves({6}, 5)},
      {"blocks/0/attn/q_proj/bias", waves({12}, 6)},
  };
  for (Trainable& tensor : tensors) tensor.value.requires_grad_(true);
  return tensors;
}

/// Gradients of step `step`, in each tensor's own strides.
inline void set_gradients(const std::vector<Trainable>& tensors, int step, double size = 0.1) {
  double salt = 10.0 * step;
  for (const Trainable& tensor : tensors) {
    salt += 0.37;
    const at::Tensor gradient = waves(tensor.value.sizes(), salt) * size;
    tensor.value.mutable_grad() = at::empty_like(tensor.value.detach()).copy_(gradient);
  }
}

inline void train(const std::vector<Trainable>& tensors, Optimizer& optimizer, int from, int to,
                  double lr = 0.01) {
  for (int step = from; step < to; ++step) {
    set_gradients(tensors, step);
    optimizer.step(lr, gradient_norm(tensors));
  }
}

inline std::vector<at::Tensor> values(const std::vector<Trainable>& tensors) {
  std::vector<at::Tensor> copies;
  for (const Trainable& tensor : tensors) copies.push_back(tensor.value.detach().clone());
  return copies;
}

inline double max_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}

}  // namespace twofold
