#include "ops/norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "base/error.h"
#include "ops/absent.h"
#include "ops/backend.h"
#include "ops/element.h"
#include "ops/isa.h"
#include "tensor/memory.h"

namespace twofold::ops {
namespace {

using cpu::NormKind;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

int64_t rows_of(const at::Tensor& x) { return x.size(-1) == 0 ? 0 : x.numel() / x.size(-1); }

struct NormResult {
  at::Tensor y, mean, rstd;
};

/// x contiguous, weight and bias contiguous in the compute type.
NormResult norm_forward(NormKind kind, const at::Tensor& x, const at::Tensor& weight,
                        const at::Tensor& bias, double eps) {
  const int64_t n = x.size(-1), rows = rows_of(x);
  at::Tensor y = at::empty_like(x);
  at::Tensor mean = at::empty({rows}, weight.options()), rstd = at::empty_like(mean);
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = cpu::Compute<T>;
    const cpu::NormForward<T> work{.kind = kind,
                                   .n = n,
                                   .eps = static_cast<C>(eps),
                                   .x = elements<T>(x),
                                   .weight = elements<C>(weight),
                                   .bias = bias.defined() ? elements<C>(bias) : nullptr,
                                   .y = mutable_elements<T>(y),
                                   .mean = mutable_elements<C>(mean),
                                   .rstd = mutable_elements<C>(rstd)};
    const auto forward = loops().norm.of<T>().forward;
    at::parallel_for(0, rows, std::max<int64_t>(1, 16384 / n),
                     [&](int64_t begin, int64_t end) { forward(work, begin, end); });
  });
  return {y, mean, rstd};
}

struct NormGradients {
  at::Tensor x, weight, bias;  ///< the last two undefined unless asked for
};

/// Weight gradients are summed over one block of rows a thread, then over the blocks in order.
NormGradients norm_backward(NormKind kind, const at::Tensor& x, const at::Tensor& dy,
                            const at::Tensor& weight, const at::Tensor& mean,
                            const at::Tensor& rstd, bool parameters) {
  const int64_t n = x.size(-1), rows = rows_of(x);
  const int64_t blocks = std::clamp<int64_t>(rows * n / 16384, 1, at::get_num_threads());
  at::Tensor dx = at::empty_like(x), sums;
  if (parameters) sums = at::zeros({2, blocks, n}, weight.options());
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = cpu::Compute<T>;
    const cpu::NormBackward<T> work{.kind = kind,
                                    .n = n,
                                    .x = elements<T>(x),
                                    .dy = elements<T>(dy),
                                    .weight = elements<C>(weight),
                                    .mean = elements<C>(mean),
                                    .rstd = elements<C>(rstd),
                                    .dx = mutable_elements<T>(dx)};
    C* sum = parameters ? mutable_elements<C>(sums) : nullptr;
    const auto backward = loops().norm.of<T>().backward;
    at::parallel_for(0, blocks, 1, [&](int64_t first, int64_t last) {
      for (int64_t block = first; block < last; ++block) {
        backward(work, rows * block / blocks, rows * (block + 1) / blocks,
                 sum ? sum + block * n : nullptr, sum ? sum + (blocks + block) * n : nullptr);
      }
    });
  });
  if (!parameters) return {dx, {}, {}};
  const at::Tensor total = sums.sum(1);
  return {dx, total[0], total[1]};
}

/// What the normalised value is multiplied by.
at::Tensor multiplier(NormKind kind, const at::Tensor& weight, at::ScalarType compute) {
  const at::Tensor wide = weight.to(compute).contiguous();
  return kind == NormKind::kRmsOnePlus ? wide + 1 : wide;
}

struct NormFunction : torch::autograd::Function<NormFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& maybe_bias, double eps, NormKind kind) {
    const at::Tensor bias = or_absent(maybe_bias);
    TWOFOLD_EXPECT(x.size(-1) == weight.numel(), "a norm's weight is as long as its rows");
    const at::ScalarType compute = compute_dtype(x.scalar_type());
    const at::Tensor input = x.contiguous(), scale = multiplier(kind, weight, compute);
    at::Tensor shift;
    if (kind == NormKind::kLayer) {
      shift = bias.defined() ? bias.to(compute).contiguous() : at::zeros_like(scale);
    }
    const NormResult result = norm_forward(kind, input, scale, shift, eps);
    ctx->save_for_backward({input, weight, result.mean, result.rstd});
    ctx->saved_data["kind"] = static_cast<int64_t>(kind);
    ctx->saved_data["has_bias"] = bias.defined();
    if (bias.defined()) ctx->saved_data["bias_type"] = static_cast<int64_t>(bias.scalar_type());
    return result.y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const auto kind = static_cast<NormKind>(ctx->saved_data["kind"].toInt());
    const bool has_bias = ctx->saved_data["has_bias"].toBool();
    const bool wants_weight = ctx->needs_input_grad(1);
    const bool wants_bias = has_bias && ctx->needs_input_grad(2);
    const NormGradients result =
        norm_backward(kind, x, gradients[0].contiguous(),
                      multiplier(kind, weight, compute_dtype(x.scalar_type())), saved[2], saved[3],
                      wants_weight || wants_bias);
    at::Tensor dweight, dbias;
    if (wants_weight) dweight = result.weight.to(weight.scalar_type());
    if (wants_bias) {
      dbias = result.bias.to(static_cast<at::ScalarType>(ctx->saved_data["bias_type"].toInt()));
    }
    return {result.x, dweight, dbias, {}, {}};
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const Weight& weight, double eps, RmsScale scale) {
  if (use_reference(x)) return reference::rms_norm(x, weight, eps, scale);
  const NormKind kind = scale == RmsScale::kOnePlusWeight ? NormKind::kRmsOnePlus : NormKind::kRms;
  return NormFunction::apply(x, weight.value, or_empty({}), eps, kind);
}

at::Tensor layer_norm(const at::Tensor& x, const Weight& weight, const Weight& bias, double eps) {
  if (use_reference(x)) return reference::layer_norm(x, weight, bias, eps);
  return NormFunction::apply(x, weight.value, or_empty(bias.value), eps, NormKind::kLayer);
}

}  // namespace twofold::ops
