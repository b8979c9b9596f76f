#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "ops/attention.h"
#include "ops/element.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One head: pairs (j, j + half) rotated by the angle, or with `direction` −1 by its negative.
template <typename T, typename C = Compute<T>>
void rotate_head(const T* __restrict x, const C* __restrict cos, const C* __restrict sin,
                 C direction, T* __restrict y, int64_t half, int64_t head_dim) {
  for (int64_t j = 0; j < half; ++j) {
    const C a = static_cast<C>(x[j]), b = static_cast<C>(x[j + half]), s = direction * sin[j];
    y[j] = static_cast<T>(a * cos[j] - b * s);
    y[j + half] = static_cast<T>(b * cos[j] + a * s);
  }
  std::copy(x + 2 * half, x + head_dim, y + 2 * half);
}

void check_positions(const at::Tensor& positions, int64_t limit) {
  const int32_t* p = positions.const_data_ptr<int32_t>();
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
    using C = Compute<T>;
    const T* in = x.const_data_ptr<T>();
    T* out = y.mutable_data_ptr<T>();
    const C* c = cos.const_data_ptr<C>();
    const C* s = sin.const_data_ptr<C>();
    const int32_t* p = positions.const_data_ptr<int32_t>();
    const int64_t grain = std::max<int64_t>(1, 16384 / (heads * d));
    at::parallel_for(0, x.size(0) * steps, grain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* source = in + row / steps * x.stride(0) + row % steps * x.stride(1);
        for (int64_t h = 0; h < heads; ++h) {
          rotate_head<T>(source + h * x.stride(2), c + p[row] * half, s + p[row] * half,
                         static_cast<C>(direction), out + (row * heads + h) * d, half, d);
        }
      }
    });
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
  const at::ScalarType compute = compute_dtype(x.scalar_type());
  const at::Tensor dense = positions.to(at::kInt).contiguous();
  check_positions(dense, table.cos.size(0));
  return RotaryFunction::apply(x, table.cos.to(compute).contiguous(),
                               table.sin.to(compute).contiguous(), dense);
}

}  // namespace twofold::ops
