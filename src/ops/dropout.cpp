#include "ops/dropout.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "base/error.h"
#include "ops/dropout_mask.h"
#include "ops/element.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// out[i] = in[i]·factor, or exactly 0, for i from begin to end; `first` is the number of element
/// 0.
template <typename T>
void apply(const DropoutMask& mask, uint64_t first, const T* in, T* out, int64_t begin,
           int64_t end) {
  using C = Compute<T>;
  alignas(64) C factors[DropoutMask::kMost];
  for (int64_t i = begin; i < end; i += DropoutMask::kMost) {
    const int64_t count = std::min(DropoutMask::kMost, end - i);
    mask.fill(factors, first + static_cast<uint64_t>(i), count);
    for (int64_t j = 0; j < count; ++j) {
      out[i + j] = factors[j] == 0 ? T(0) : static_cast<T>(static_cast<C>(in[i + j]) * factors[j]);
    }
  }
}

at::Tensor masked(const at::Tensor& input, double p, const DropoutKey& key) {
  const at::Tensor x = input.contiguous();
  const at::Tensor y = at::empty_like(x);
  const DropoutMask mask(p, key);
  const int64_t per_row = x.numel() / std::max<int64_t>(1, x.size(0));
  const uint64_t first = static_cast<uint64_t>(key.first_row * per_row);
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    const T* in = x.const_data_ptr<T>();
    T* out = y.mutable_data_ptr<T>();
    at::parallel_for(0, x.numel(), 4096,
                     [&](int64_t begin, int64_t end) { apply(mask, first, in, out, begin, end); });
  });
  return y;
}

struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, double p,
                            const DropoutKey& key) {
    save_dropout(ctx, p, key);
    return masked(x, p, key);
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [p, key] = saved_dropout(ctx);
    return {masked(gradients[0], p, key), {}, {}};
  }
};

}  // namespace

void save_dropout(AutogradContext* ctx, double p, const DropoutKey& key) {
  ctx->saved_data["p"] = p;
  ctx->saved_data["seed"] = static_cast<int64_t>(key.seed);
  ctx->saved_data["step"] = static_cast<int64_t>(key.step);
  ctx->saved_data["site"] = static_cast<int64_t>(key.site);
  ctx->saved_data["first_row"] = key.first_row;
}

SavedDropout saved_dropout(AutogradContext* ctx) {
  const auto number = [&](const char* name) { return ctx->saved_data[name].toInt(); };
  return {.p = ctx->saved_data["p"].toDouble(),
          .key = {.seed = static_cast<uint64_t>(number("seed")),
                  .step = static_cast<uint64_t>(number("step")),
                  .site = static_cast<uint64_t>(number("site")),
                  .first_row = number("first_row")}};
}

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key) {
  TWOFOLD_EXPECT(p >= 0 && p < 1, "a dropout rate is in [0, 1)");
  return p == 0 ? x : DropoutFunction::apply(x, p, key);
}

}  // namespace twofold::ops
