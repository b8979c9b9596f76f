#include "ops/update.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/backend.h"
#include "tensor/host.h"

namespace twofold::ops {
namespace {

constexpr int64_t kGrain = 1 << 15;

/// Partial sums over pieces of fixed size, added in their order: the threads change nothing.
double squares_of(const at::Tensor& tensor) {
  TWOFOLD_EXPECT(tensor.is_non_overlapping_and_dense() && tensor.scalar_type() == at::kFloat,
                 "sums_of_squares: dense float32 tensors");
  const float* data = tensor.const_data_ptr<float>();
  const int64_t pieces = (tensor.numel() + kGrain - 1) / kGrain;
  std::vector<double> partial(static_cast<size_t>(pieces));
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t first = piece * kGrain, last = std::min(first + kGrain, tensor.numel());
      double sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = first; i < last; ++i) sum += static_cast<double>(data[i]) * data[i];
      partial[static_cast<size_t>(piece)] = sum;
    }
  });
  double sum = 0;
  for (const double part : partial) sum += part;
  return sum;
}

}  // namespace

at::Tensor sums_of_squares(const std::vector<at::Tensor>& tensors) {
  TWOFOLD_EXPECT(!tensors.empty(), "sums_of_squares: at least one tensor");
  if (use_reference(tensors.front())) return reference::sums_of_squares(tensors);
  std::vector<double> sums;
  for (const at::Tensor& tensor : tensors) sums.push_back(squares_of(tensor));
  return tensor_of(sums, tensors.front().device());
}

void adam_update(at::Tensor& parameter, const at::Tensor& gradient, at::Tensor& m, at::Tensor& v,
                 const AdamStep& step) {
  if (use_reference(parameter)) return reference::adam_update(parameter, gradient, m, v, step);
  for (const at::Tensor* other :
       {&gradient, static_cast<const at::Tensor*>(&m), static_cast<const at::Tensor*>(&v)}) {
    TWOFOLD_EXPECT(other->strides() == parameter.strides() && other->scalar_type() == at::kFloat,
                   "adam_update: float32 tensors of one layout");
  }
  TWOFOLD_EXPECT(parameter.is_non_overlapping_and_dense(), "adam_update: dense tensors");
  const auto beta1 = static_cast<float>(step.beta1), beta2 = static_cast<float>(step.beta2);
  const auto rest1 = static_cast<float>(1 - step.beta1), rest2 = static_cast<float>(1 - step.beta2);
  const auto count = static_cast<double>(step.count);
  const auto rate = static_cast<float>(step.lr / (1 - std::pow(step.beta1, count)));
  const auto root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(step.beta2, count)));
  const auto keep = static_cast<float>(1 - step.lr * step.weight_decay);
  const auto eps = static_cast<float>(step.eps), scale = static_cast<float>(step.gradient_scale);
  float* p = parameter.mutable_data_ptr<float>();
  const float* g = gradient.const_data_ptr<float>();
  float* m_data = m.mutable_data_ptr<float>();
  float* v_data = v.mutable_data_ptr<float>();
  at::parallel_for(0, parameter.numel(), kGrain, [&](int64_t begin, int64_t end) {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) {
      const float scaled = g[i] * scale;
      const float mi = m_data[i] = beta1 * m_data[i] + rest1 * scaled;
      const float vi = v_data[i] = beta2 * v_data[i] + rest2 * scaled * scaled;
      p[i] = keep * p[i] - rate * mi / (std::sqrt(vi) * root_scale + eps);
    }
  });
}

}  // namespace twofold::ops
