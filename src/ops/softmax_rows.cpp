#include "ops/softmax_rows.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/element.h"
#include "ops/vector_math.h"

namespace twofold::ops {
namespace {

/// Returns −log softmax(logits)[label] of one row. With a gradient, the row becomes
/// scale · (softmax − one_hot(label)).
template <typename C>
double softmax_row(C* __restrict logits, int64_t vocabulary, int64_t label, C scale,
                   bool gradient) {
  C largest = -std::numeric_limits<C>::infinity();
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < vocabulary; ++i) largest = std::max(largest, logits[i]);
  const C at_label = logits[label];
  C sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < vocabulary; ++i) {
    const C e = exp_approx(logits[i] - largest);
    logits[i] = e;
    sum += e;
  }
  if (gradient) {
    const C factor = scale / sum;
    for (int64_t i = 0; i < vocabulary; ++i) logits[i] *= factor;
    logits[label] -= scale;
  }
  return static_cast<double>(largest) + std::log(static_cast<double>(sum)) -
         static_cast<double>(at_label);
}

/// The same for a row in its storage type: in place, or by way of `wide`.
template <typename T, typename C = Compute<T>>
double softmax_stored(T* row, std::vector<C>& wide, int64_t label, C scale, bool gradient) {
  if constexpr (std::is_same_v<T, C>) {
    return softmax_row(row, static_cast<int64_t>(wide.size()), label, scale, gradient);
  } else {
    std::copy_n(row, wide.size(), wide.begin());
    const double loss =
        softmax_row(wide.data(), static_cast<int64_t>(wide.size()), label, scale, gradient);
    if (gradient) std::copy(wide.begin(), wide.end(), row);
    return loss;
  }
}

}  // namespace

at::Tensor softmax_rows(at::Tensor& logits, const at::Tensor& labels, double scale, bool gradient) {
  const int64_t vocabulary = logits.size(1);
  at::Tensor losses = at::empty({logits.size(0)}, at::kDouble);
  double* out = losses.mutable_data_ptr<double>();
  const int64_t* label = labels.const_data_ptr<int64_t>();
  dispatch_floating(logits.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = Compute<T>;
    T* data = logits.mutable_data_ptr<T>();
    at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
      std::vector<C> wide(static_cast<size_t>(vocabulary));
      for (int64_t row = begin; row < end; ++row) {
        TWOFOLD_EXPECT(label[row] < vocabulary, "head_loss: labels are below the vocabulary");
        out[row] = softmax_stored(data + row * vocabulary, wide, label[row], static_cast<C>(scale),
                                  gradient);
      }
    });
  });
  return losses;
}

}  // namespace twofold::ops
