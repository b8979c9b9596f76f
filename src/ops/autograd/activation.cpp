#include "ops/activation.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/error.h"
#include "ops/backend.h"
#include "ops/element.h"
#include "ops/isa.h"
#include "tensor/memory.h"

namespace twofold::ops {
namespace {

using cpu::Activation;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 16384;  // elements that are worth a thread

/// f(x).
struct PointwiseFunction : torch::autograd::Function<PointwiseFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, Activation f) {
    const at::Tensor x = input.contiguous();
    const at::Tensor y = at::empty_like(x);
    dispatch_floating(x.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T* in = elements<T>(x);
      T* out = mutable_elements<T>(y);
      const auto value = loops().activation.of<T>().value;
      at::parallel_for(0, x.numel(), kGrain, [&](int64_t begin, int64_t end) {
        value(f, in + begin, out + begin, end - begin);
      });
    });
    ctx->save_for_backward({x});
    ctx->saved_data["f"] = static_cast<int64_t>(f);
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const at::Tensor x = ctx->get_saved_variables()[0], dy = gradients[0].contiguous();
    const auto f = static_cast<Activation>(ctx->saved_data["f"].toInt());
    const at::Tensor dx = at::empty_like(x);
    dispatch_floating(x.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T* in = elements<T>(x);
      const T* above = elements<T>(dy);
      T* out = mutable_elements<T>(dx);
      const auto gradient = loops().activation.of<T>().gradient;
      at::parallel_for(0, x.numel(), kGrain, [&](int64_t begin, int64_t end) {
        gradient(f, in + begin, above + begin, out + begin, end - begin);
      });
    });
    return {dx, {}};
  }
};

/// f(gate) · up.
struct GatedFunction : torch::autograd::Function<GatedFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& gate_in,
                            const at::Tensor& up_in, Activation f) {
    TWOFOLD_EXPECT(gate_in.sizes() == up_in.sizes(), "gate and up have one shape");
    const at::Tensor gate = gate_in.contiguous(), up = up_in.contiguous();
    const at::Tensor y = at::empty_like(gate);
    dispatch_floating(gate.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T *g = elements<T>(gate), *u = elements<T>(up);
      T* out = mutable_elements<T>(y);
      const auto gated = loops().activation.of<T>().gated;
      at::parallel_for(0, gate.numel(), kGrain, [&](int64_t begin, int64_t end) {
        gated(f, g + begin, u + begin, out + begin, end - begin);
      });
    });
    ctx->save_for_backward({gate, up});
    ctx->saved_data["f"] = static_cast<int64_t>(f);
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &gate = saved[0], &up = saved[1], dy = gradients[0].contiguous();
    const auto f = static_cast<Activation>(ctx->saved_data["f"].toInt());
    const at::Tensor dgate = at::empty_like(gate), dup = at::empty_like(up);
    dispatch_floating(gate.scalar_type(), [&](auto tag) {
      using T = decltype(tag);
      const T *g = elements<T>(gate), *u = elements<T>(up), *d = elements<T>(dy);
      T *dg = mutable_elements<T>(dgate), *du = mutable_elements<T>(dup);
      const auto gradient = loops().activation.of<T>().gated_gradient;
      at::parallel_for(0, gate.numel(), kGrain, [&](int64_t begin, int64_t end) {
        gradient(f, g + begin, u + begin, d + begin, dg + begin, du + begin, end - begin);
      });
    });
    return {dgate, dup, {}};
  }
};

}  // namespace

at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up) {
  if (use_reference(gate)) return reference::silu_mul(gate, up);
  return GatedFunction::apply(gate, up, Activation::kSilu);
}

at::Tensor gelu_tanh_mul(const at::Tensor& gate, const at::Tensor& up) {
  if (use_reference(gate)) return reference::gelu_tanh_mul(gate, up);
  return GatedFunction::apply(gate, up, Activation::kGeluTanh);
}

at::Tensor gelu_tanh(const at::Tensor& x) {
  if (use_reference(x)) return reference::gelu_tanh(x);
  return PointwiseFunction::apply(x, Activation::kGeluTanh);
}

at::Tensor gelu_erf(const at::Tensor& x) {
  if (use_reference(x)) return reference::gelu_erf(x);
  return PointwiseFunction::apply(x, Activation::kGeluErf);
}

}  // namespace twofold::ops
