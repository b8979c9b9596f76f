#include "ops/activation.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <numbers>

#include "ops/element.h"
#include "ops/vector_math.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 16384;  // elements that are worth a thread

// A pointwise activation: its value and its derivative. Written for one number; the loops below are
// vectorised over them.

/// x/2·(1 + tanh u) = x·sigmoid(2u), u = √(2/π)·(x + 0.044715·x³).
struct GeluTanh {
  template <typename C>
  static C sigmoid(C x) {
    const C slope = C(2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
    return sigmoid_approx(slope * x * (C(1) + C(0.044715) * x * x));
  }
  template <typename C>
  static C value(C x) {
    return x * sigmoid(x);
  }
  template <typename C>
  static C derivative(C x) {
    const C slope = C(2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
    const C s = sigmoid(x);
    return s + x * s * (C(1) - s) * slope * (C(1) + C(3 * 0.044715) * x * x);
  }
};

/// x·Φ(x), Φ the normal distribution function.
struct GeluErf {
  template <typename C>
  static C distribution(C x) {
    return C(0.5) * (C(1) + erf_approx(x * C(1 / std::numbers::sqrt2)));
  }
  template <typename C>
  static C value(C x) {
    return x * distribution(x);
  }
  template <typename C>
  static C derivative(C x) {
    const C density =
        C(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * exp_approx(C(-0.5) * x * x);
    return distribution(x) + x * density;
  }
};

/// x·sigmoid(x).
struct Silu {
  template <typename C>
  static C value(C x) {
    return x * sigmoid_approx(x);
  }
  template <typename C>
  static C derivative(C x) {
    const C s = sigmoid_approx(x);
    return s * (C(1) + x * (C(1) - s));
  }
};

template <typename Op, typename T>
void value_loop(const T* __restrict x, T* __restrict y, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(Op::value(static_cast<Compute<T>>(x[i])));
}

template <typename Op, typename T>
void derivative_loop(const T* __restrict x, const T* __restrict dy, T* __restrict dx, int64_t n) {
  using C = Compute<T>;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    dx[i] = static_cast<T>(static_cast<C>(dy[i]) * Op::derivative(static_cast<C>(x[i])));
  }
}

template <typename Op>
struct PointwiseFunction : torch::autograd::Function<PointwiseFunction<Op>> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input) {
    const at::Tensor x = input.contiguous();
    const at::Tensor y = at::empty_like(x);
    dispatch_floating(x.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T* in = x.const_data_ptr<T>();
      T* out = y.mutable_data_ptr<T>();
      at::parallel_for(0, x.numel(), kGrain, [&](int64_t begin, int64_t end) {
        value_loop<Op>(in + begin, out + begin, end - begin);
      });
    });
    ctx->save_for_backward({x});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const at::Tensor x = ctx->get_saved_variables()[0], dy = gradients[0].contiguous();
    const at::Tensor dx = at::empty_like(x);
    dispatch_floating(x.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T* in = x.const_data_ptr<T>();
      const T* gradient = dy.const_data_ptr<T>();
      T* out = dx.mutable_data_ptr<T>();
      at::parallel_for(0, x.numel(), kGrain, [&](int64_t begin, int64_t end) {
        derivative_loop<Op>(in + begin, gradient + begin, out + begin, end - begin);
      });
    });
    return {dx};
  }
};

template <typename Op, typename T>
void gated_loop(const T* __restrict gate, const T* __restrict up, T* __restrict y, int64_t n) {
  using C = Compute<T>;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    y[i] = static_cast<T>(Op::value(static_cast<C>(gate[i])) * static_cast<C>(up[i]));
  }
}

template <typename Op, typename T>
void gated_gradient_loop(const T* __restrict gate, const T* __restrict up, const T* __restrict dy,
                         T* __restrict dgate, T* __restrict dup, int64_t n) {
  using C = Compute<T>;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const C g = static_cast<C>(gate[i]), d = static_cast<C>(dy[i]);
    dgate[i] = static_cast<T>(d * static_cast<C>(up[i]) * Op::derivative(g));
    dup[i] = static_cast<T>(d * Op::value(g));
  }
}

/// Op(gate) · up.
template <typename Op>
struct GatedFunction : torch::autograd::Function<GatedFunction<Op>> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& gate_in,
                            const at::Tensor& up_in) {
    TWOFOLD_EXPECT(gate_in.sizes() == up_in.sizes(), "gate and up have one shape");
    const at::Tensor gate = gate_in.contiguous(), up = up_in.contiguous();
    const at::Tensor y = at::empty_like(gate);
    dispatch_floating(gate.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T* g = gate.const_data_ptr<T>();
      const T* u = up.const_data_ptr<T>();
      T* out = y.mutable_data_ptr<T>();
      at::parallel_for(0, gate.numel(), kGrain, [&](int64_t begin, int64_t end) {
        gated_loop<Op>(g + begin, u + begin, out + begin, end - begin);
      });
    });
    ctx->save_for_backward({gate, up});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &gate = saved[0], &up = saved[1], dy = gradients[0].contiguous();
    const at::Tensor dgate = at::empty_like(gate), dup = at::empty_like(up);
    dispatch_floating(gate.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T* g = gate.const_data_ptr<T>();
      const T* u = up.const_data_ptr<T>();
      const T* d = dy.const_data_ptr<T>();
      T* dg = dgate.mutable_data_ptr<T>();
      T* du = dup.mutable_data_ptr<T>();
      at::parallel_for(0, gate.numel(), kGrain, [&](int64_t begin, int64_t end) {
        gated_gradient_loop<Op>(g + begin, u + begin, d + begin, dg + begin, du + begin,
                                end - begin);
      });
    });
    return {dgate, dup};
  }
};

}  // namespace

at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up) {
  return GatedFunction<Silu>::apply(gate, up);
}
at::Tensor gelu_tanh_mul(const at::Tensor& gate, const at::Tensor& up) {
  return GatedFunction<GeluTanh>::apply(gate, up);
}
at::Tensor gelu_tanh(const at::Tensor& x) { return PointwiseFunction<GeluTanh>::apply(x); }
at::Tensor gelu_erf(const at::Tensor& x) { return PointwiseFunction<GeluErf>::apply(x); }

}  // namespace twofold::ops
