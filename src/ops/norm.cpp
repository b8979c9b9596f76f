#include "ops/norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "ops/absent.h"
#include "ops/element.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

enum class Kind { kRms, kRmsOnePlus, kLayer };

template <typename C>
struct Statistics {
  C mean;
  C rstd;
};

template <Kind kKind, typename T, typename C = Compute<T>>
Statistics<C> statistics(const T* x, int64_t n, C eps) {
  C mean = 0;
  if constexpr (kKind == Kind::kLayer) {
#pragma omp simd reduction(+ : mean)
    for (int64_t i = 0; i < n; ++i) mean += static_cast<C>(x[i]);
    mean /= static_cast<C>(n);
  }
  C squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t i = 0; i < n; ++i) {
    const C centred = static_cast<C>(x[i]) - mean;
    squares += centred * centred;
  }
  return {mean, C(1) / std::sqrt(squares / static_cast<C>(n) + eps)};
}

/// The normalised value that the weight multiplies; RMSNorm rounds it first (Hugging Face's order).
template <Kind kKind, typename T, typename C>
inline C normalised(T x, const Statistics<C>& s) {
  const C value = (static_cast<C>(x) - s.mean) * s.rstd;
  if constexpr (kKind == Kind::kRms) return static_cast<C>(static_cast<T>(value));
  return value;
}

template <Kind kKind, typename T, typename C>
void forward_row(const T* __restrict x, const C* __restrict weight, const C* __restrict bias,
                 const Statistics<C> s, T* __restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    C value = normalised<kKind>(x[i], s) * weight[i];
    if constexpr (kKind == Kind::kLayer) value += bias[i];
    y[i] = static_cast<T>(value);
  }
}

template <Kind kKind, typename T, typename C>
void input_gradient_row(const T* __restrict x, const T* __restrict dy, const C* __restrict weight,
                        const Statistics<C> s, T* __restrict dx, int64_t n) {
  C total = 0, along = 0;
#pragma omp simd reduction(+ : total, along)
  for (int64_t i = 0; i < n; ++i) {
    const C g = static_cast<C>(dy[i]) * weight[i];
    total += g;
    along += g * ((static_cast<C>(x[i]) - s.mean) * s.rstd);
  }
  const C mean_total = kKind == Kind::kLayer ? total / static_cast<C>(n) : C(0);
  const C mean_along = along / static_cast<C>(n);
  for (int64_t i = 0; i < n; ++i) {
    const C g = static_cast<C>(dy[i]) * weight[i];
    const C value = (static_cast<C>(x[i]) - s.mean) * s.rstd;
    dx[i] = static_cast<T>(s.rstd * (g - mean_total - value * mean_along));
  }
}

template <Kind kKind, typename T, typename C>
void parameter_gradient_row(const T* __restrict x, const T* __restrict dy, const Statistics<C> s,
                            C* __restrict dweight, C* __restrict dbias, int64_t n) {
  for (int64_t i = 0; i < n; ++i) dweight[i] += static_cast<C>(dy[i]) * normalised<kKind>(x[i], s);
  if constexpr (kKind == Kind::kLayer) {
    for (int64_t i = 0; i < n; ++i) dbias[i] += static_cast<C>(dy[i]);
  }
}

int64_t rows_of(const at::Tensor& x) { return x.size(-1) == 0 ? 0 : x.numel() / x.size(-1); }

/// Returns {y, mean, rstd}; x contiguous, weight and bias contiguous in the compute type.
template <Kind kKind>
variable_list norm_forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                           double eps) {
  const int64_t n = x.size(-1), rows = rows_of(x);
  at::Tensor y = at::empty_like(x);
  at::Tensor mean = at::empty({rows}, weight.options()), rstd = at::empty_like(mean);
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = Compute<T>;
    const T* in = x.const_data_ptr<T>();
    const C* w = weight.const_data_ptr<C>();
    const C* b = kKind == Kind::kLayer ? bias.const_data_ptr<C>() : nullptr;
    T* out = y.mutable_data_ptr<T>();
    C* means = mean.mutable_data_ptr<C>();
    C* rstds = rstd.mutable_data_ptr<C>();
    at::parallel_for(0, rows, std::max<int64_t>(1, 16384 / n), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const auto s = statistics<kKind>(in + r * n, n, static_cast<C>(eps));
        means[r] = s.mean;
        rstds[r] = s.rstd;
        forward_row<kKind>(in + r * n, w, b, s, out + r * n, n);
      }
    });
  });
  return {y, mean, rstd};
}

struct NormGradients {
  at::Tensor x, weight, bias;  ///< the last two undefined unless asked for
};

/// Weight gradients are summed over one block of rows a thread, then over the blocks in order.
template <Kind kKind>
NormGradients norm_backward(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& weight,
                            const at::Tensor& mean, const at::Tensor& rstd, bool parameters) {
  const int64_t n = x.size(-1), rows = rows_of(x);
  const int64_t blocks = std::clamp<int64_t>(rows * n / 16384, 1, at::get_num_threads());
  at::Tensor dx = at::empty_like(x), sums;
  if (parameters) sums = at::zeros({2, blocks, n}, weight.options());
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = Compute<T>;
    const T* in = x.const_data_ptr<T>();
    const T* gradient = dy.const_data_ptr<T>();
    const C* w = weight.const_data_ptr<C>();
    const C* means = mean.const_data_ptr<C>();
    const C* rstds = rstd.const_data_ptr<C>();
    T* out = dx.mutable_data_ptr<T>();
    C* sum = parameters ? sums.mutable_data_ptr<C>() : nullptr;
    at::parallel_for(0, blocks, 1, [&](int64_t first, int64_t last) {
      for (int64_t block = first; block < last; ++block) {
        for (int64_t r = rows * block / blocks; r < rows * (block + 1) / blocks; ++r) {
          const Statistics<C> s{means[r], rstds[r]};
          const T* x_row = in + r * n;
          const T* dy_row = gradient + r * n;
          input_gradient_row<kKind>(x_row, dy_row, w, s, out + r * n, n);
          if (!parameters) continue;
          parameter_gradient_row<kKind>(x_row, dy_row, s, sum + block * n,
                                        sum + (blocks + block) * n, n);
        }
      }
    });
  });
  if (!parameters) return {dx, {}, {}};
  const at::Tensor total = sums.sum(1);
  return {dx, total[0], total[1]};
}

/// What the normalised value is multiplied by.
template <Kind kKind>
at::Tensor multiplier(const at::Tensor& weight, at::ScalarType compute) {
  const at::Tensor wide = weight.to(compute).contiguous();
  return kKind == Kind::kRmsOnePlus ? wide + 1 : wide;
}

template <Kind kKind>
struct NormFunction : torch::autograd::Function<NormFunction<kKind>> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& maybe_bias, double eps) {
    const at::Tensor bias = or_absent(maybe_bias);
    TWOFOLD_EXPECT(x.size(-1) == weight.numel(), "a norm's weight is as long as its rows");
    const at::ScalarType compute = compute_dtype(x.scalar_type());
    const at::Tensor input = x.contiguous(), scale = multiplier<kKind>(weight, compute);
    at::Tensor shift;
    if (kKind == Kind::kLayer) {
      shift = bias.defined() ? bias.to(compute).contiguous() : at::zeros_like(scale);
    }
    variable_list result = norm_forward<kKind>(input, scale, shift, eps);
    ctx->save_for_backward({input, weight, result[1], result[2]});
    ctx->saved_data["has_bias"] = bias.defined();
    if (bias.defined()) ctx->saved_data["bias_type"] = static_cast<int64_t>(bias.scalar_type());
    return result[0];
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const bool has_bias = ctx->saved_data["has_bias"].toBool();
    const bool wants_weight = ctx->needs_input_grad(1);
    const bool wants_bias = has_bias && ctx->needs_input_grad(2);
    NormGradients result = norm_backward<kKind>(
        x, gradients[0].contiguous(), multiplier<kKind>(weight, compute_dtype(x.scalar_type())),
        saved[2], saved[3], wants_weight || wants_bias);
    at::Tensor dweight, dbias;
    if (wants_weight) dweight = result.weight.to(weight.scalar_type());
    if (wants_bias) {
      dbias = result.bias.to(static_cast<at::ScalarType>(ctx->saved_data["bias_type"].toInt()));
    }
    return {result.x, dweight, dbias, {}};
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const Weight& weight, double eps, RmsScale scale) {
  if (scale == RmsScale::kOnePlusWeight) {
    return NormFunction<Kind::kRmsOnePlus>::apply(x, weight.value, or_empty({}), eps);
  }
  return NormFunction<Kind::kRms>::apply(x, weight.value, or_empty({}), eps);
}

at::Tensor layer_norm(const at::Tensor& x, const Weight& weight, const Weight& bias, double eps) {
  return NormFunction<Kind::kLayer>::apply(x, weight.value, or_empty(bias.value), eps);
}

}  // namespace twofold::ops
