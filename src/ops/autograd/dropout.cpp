#include "twofold/ops/dropout.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/backend.h"
#include "ops/dropout_mask.h"
#include "ops/element.h"
#include "ops/isa.h"
#include "tensor/memory.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor masked(const at::Tensor& input, double p, const DropoutKey& key) {
  const at::Tensor x = input.contiguous();
  const at::Tensor y = at::empty_like(x);
  const cpu::DropoutMask mask = dropout_mask(p, key);
  const int64_t per_row = x.numel() / std::max<int64_t>(1, x.size(0));
  const uint64_t first = static_cast<uint64_t>(key.first_row * per_row);
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    const T* in = elements<T>(x);
    T* out = mutable_elements<T>(y);
    const auto apply = loops().dropout.of<T>().apply;
    at::parallel_for(0, x.numel(), 4096, [&](int64_t begin, int64_t end) {
      apply(mask, first + static_cast<uint64_t>(begin), in + begin, out + begin, end - begin);
    });
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

cpu::DropoutMask dropout_mask(double p, const DropoutKey& key) {
  return {.stream = RandomStream(key.seed, Purpose::kDropout, key.site, key.step),
          .threshold = static_cast<uint32_t>(std::min(std::round(p * 0x1p32), 0x1p32 - 1)),
          .scale = 1.0 / (1.0 - p)};
}

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
  if (p == 0) return x;
  return use_reference(x) ? reference::dropout(x, p, key) : DropoutFunction::apply(x, p, key);
}

}  // namespace twofold::ops
