#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "base/error.h"
#include "ops/attention.h"
#include "ops/backend.h"
#include "ops/element.h"
#include "ops/isa.h"
#include "tensor/memory.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void check_positions(const at::Tensor& positions, int64_t limit) {
  const int32_t* p = elements<int32_t>(positions);
  const bool inside =
      std::all_of(p, p + positions.numel(), [&](int32_t v) { return v >= 0 && v < limit; });
  TWOFOLD_EXPECT(inside, "a position lies outside the rotary table");
}

/// x: (B, T, H, d) with dense heads, any other strides; positions contiguous. Contiguous result.
at::Tensor rotated(const at::Tensor& input, const at::Tensor& cos, const at::Tensor& sin,
                   const at::Tensor& positions, int direction) {
  const at::Tensor x = input.stride(-1) == 1 ? input : input.contiguous();
  const int64_t steps = x.size(1), heads = x.size(2), d = x.size(3), half = cos.size(1);
  const at::Tensor y = at::empty(x.sizes(), x.options());
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = cpu::Compute<T>;
    const cpu::Rotation<T> rotation{.steps = steps,
                                    .heads = heads,
                                    .head_dim = d,
                                    .half = half,
                                    .x = elements<T>(x),
                                    .batch_stride = x.stride(0),
                                    .time_stride = x.stride(1),
                                    .head_stride = x.stride(2),
                                    .cos = elements<C>(cos),
                                    .sin = elements<C>(sin),
                                    .positions = elements<int32_t>(positions),
                                    .direction = static_cast<C>(direction),
                                    .y = mutable_elements<T>(y)};
    const auto rotate = loops().rotary.of<T>().rotate;
    const int64_t grain = std::max<int64_t>(1, 16384 / (heads * d));
    at::parallel_for(0, x.size(0) * steps, grain,
                     [&](int64_t begin, int64_t end) { rotate(rotation, begin, end); });
  });
  return y;
}

struct RotaryFunction : torch::autograd::Function<RotaryFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& cos,
                            const at::Tensor& sin, const at::Tensor& positions) {
    ctx->save_for_backward({cos, sin, positions});
    return rotated(x, cos, sin, positions, 1);
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    return {rotated(gradients[0], saved[0], saved[1], saved[2], -1), {}, {}, {}};
  }
};

}  // namespace

RotaryTable make_rotary_table(const at::Tensor& inv_freq, int64_t positions, double factor) {
  const at::Tensor angles = at::outer(at::arange(positions, inv_freq.options()), inv_freq);
  return {.cos = (angles.cos() * factor).contiguous(), .sin = (angles.sin() * factor).contiguous()};
}

at::Tensor rotary(const at::Tensor& x, const RotaryTable& table, const at::Tensor& positions) {
  TWOFOLD_EXPECT(table.rotary_dim() <= x.size(-1), "the rotary dimension exceeds the head's");
  TWOFOLD_EXPECT(positions.numel() == x.size(0) * x.size(1), "one position a token");
  if (use_reference(x)) return reference::rotary(x, table, positions);
  const at::ScalarType compute = compute_dtype(x.scalar_type());
  const at::Tensor dense = positions.to(at::kInt).contiguous();
  check_positions(dense, table.cos.size(0));
  return RotaryFunction::apply(x, table.cos.to(compute).contiguous(),
                               table.sin.to(compute).contiguous(), dense);
}

}  // namespace twofold::ops
