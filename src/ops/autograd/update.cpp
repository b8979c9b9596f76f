#include "ops/update.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/backend.h"
#include "ops/isa.h"
#include "tensor/memory.h"
#include "twofold/tensor/host.h"

namespace twofold::ops {
namespace {

constexpr int64_t kPiece = 1 << 15;  // elements of a partial sum, or that are worth a thread

/// Partial sums over pieces of fixed size, added in their order: the threads change nothing.
double squares_of(const at::Tensor& tensor) {
  TWOFOLD_EXPECT(tensor.is_non_overlapping_and_dense() && tensor.scalar_type() == at::kFloat,
                 "sums_of_squares: dense float32 tensors");
  const float* data = elements<float>(tensor);
  const int64_t pieces = (tensor.numel() + kPiece - 1) / kPiece;
  std::vector<double> partial(static_cast<size_t>(pieces));
  const auto sum_of_piece = loops().update.sum_of_squares;
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t first = piece * kPiece, last = std::min(first + kPiece, tensor.numel());
      partial[static_cast<size_t>(piece)] = sum_of_piece(data + first, last - first);
    }
  });
  double sum = 0;
  for (const double part : partial) sum += part;
  return sum;
}

cpu::AdamFactors factors_of(const AdamStep& step) {
  const auto count = static_cast<double>(step.count);
  return {.beta1 = static_cast<float>(step.beta1),
          .beta2 = static_cast<float>(step.beta2),
          .rest1 = static_cast<float>(1 - step.beta1),
          .rest2 = static_cast<float>(1 - step.beta2),
          .rate = static_cast<float>(step.lr / (1 - std::pow(step.beta1, count))),
          .root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(step.beta2, count))),
          // One rounding, as this had when the compiler decided.
          .keep = static_cast<float>(std::fma(-step.lr, step.weight_decay, 1.0)),
          .eps = static_cast<float>(step.eps),
          .gradient_scale = static_cast<float>(step.gradient_scale)};
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
  float* p = mutable_elements<float>(parameter);
  const float* g = elements<float>(gradient);
  float *m_data = mutable_elements<float>(m), *v_data = mutable_elements<float>(v);
  const cpu::AdamFactors factors = factors_of(step);
  const auto adam = loops().update.adam;
  at::parallel_for(0, parameter.numel(), kPiece, [&](int64_t begin, int64_t end) {
    adam(factors, g + begin, p + begin, m_data + begin, v_data + begin, end - begin);
  });
}

}  // namespace twofold::ops
