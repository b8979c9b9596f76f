#include "ops/linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/error.h"
#include "ops/absent.h"
#include "ops/backend.h"
#include "ops/element.h"
#include "ops/matmul.h"
#include "tensor/packed.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// xᵀ·dy in the storage order of W, so that the gradient can be kept without a copy.
at::Tensor weight_gradient(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& weight) {
  if (weight.is_contiguous()) return at::mm(x.t(), dy).to(weight.scalar_type());
  return at::mm(dy.t(), x).to(weight.scalar_type()).t();
}

/// W in the dtype of the other operand; a packed one is unpacked for this product only.
ComputeOperand weight_operand(const at::Tensor& weight, const Nf4& packed,
                              const ComputeOperand& other) {
  return packed.codes.defined() ? ComputeOperand(unpacked(weight, packed, other.dtype()))
                                : ComputeOperand(weight, other);
}

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  // x (N, in). input: what A gets instead of x, or absent. u = input·A (N, r) is kept rather than
  // computed again: it is thin.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& maybe_bias, const at::Tensor& maybe_A,
                            const at::Tensor& maybe_B, const at::Tensor& maybe_input, double scale,
                            const Nf4& packed) {
    const at::Tensor bias = or_absent(maybe_bias), A = or_absent(maybe_A), B = or_absent(maybe_B),
                     input = or_absent(maybe_input);
    const ComputeOperand xc(x), wc = weight_operand(weight, packed, xc);
    at::Tensor y = bias.defined() ? at::addmm(bias.to(xc.dtype()), xc.get(), wc.get())
                                  : at::mm(xc.get(), wc.get());
    at::Tensor u;
    if (A.defined()) {
      u = at::mm(input.defined() ? ComputeOperand(input, xc).get() : xc.get(), A.to(xc.dtype()));
      y.addmm_(u, B.to(xc.dtype()), 1, scale);
    }
    context->save_for_backward({x, weight, bias, A, B, input, u, packed.codes, packed.scales,
                                packed.scale_max, packed.scale_offset});
    context->saved_data["scale"] = scale;
    return y.to(x.scalar_type());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2], &A = saved[3],
                     &B = saved[4], &input = saved[5], &u = saved[6];
    const Nf4 packed{weight.numel(), saved[7], saved[8], saved[9], saved[10]};
    const double scale = context->saved_data["scale"].toDouble();
    const ComputeOperand dy(gradients[0].contiguous());
    const auto wants = [&](size_t which) { return context->needs_input_grad(which); };
    at::Tensor dx, dw, db, dA, dB, dinput, du;
    if (A.defined()) {
      if (wants(4)) dB = at::mm(u.t(), dy.get()).to(B.scalar_type()).mul_(scale);
      if (wants(0) || wants(3) || wants(5)) {
        du = at::mm(dy.get(), B.to(dy.dtype()).t()).mul_(scale);
      }
      const at::Tensor& into_A = input.defined() ? input : x;
      if (wants(3)) dA = at::mm(ComputeOperand(into_A, dy).get().t(), du).to(A.scalar_type());
    }
    if (wants(0)) {
      dx = at::mm(dy.get(), weight_operand(weight, packed, dy).get().t());
      if (du.defined() && !input.defined()) dx.addmm_(du, A.to(dy.dtype()).t());
      dx = dx.to(x.scalar_type());
    }
    if (input.defined() && wants(5)) {
      dinput = at::mm(du, A.to(du.scalar_type()).t()).to(input.scalar_type());
    }
    if (wants(1)) dw = weight_gradient(ComputeOperand(x, dy).get(), dy.get(), weight);
    if (bias.defined() && wants(2)) db = dy.get().sum(0, /*keepdim=*/false, bias.scalar_type());
    const at::Tensor none;
    return {dx, dw, db, dA, dB, dinput, none, none};
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                  const LowRank& term, const at::Tensor& input) {
  const int64_t in = weight.value.size(0);
  TWOFOLD_EXPECT(x.size(-1) == in, "linear: x's last dimension is the weight's first");
  if (use_reference(x)) return reference::linear(x, weight, bias, term, input);
  const at::Tensor y = LinearFunction::apply(
      x.reshape({-1, in}), weight.value, or_empty(bias), or_empty(term.A), or_empty(term.B),
      or_empty(input.defined() ? input.reshape({-1, in}) : input), term.scale,
      weight.packed ? *weight.packed : Nf4{});
  auto shape = x.sizes().vec();
  shape.back() = weight.value.size(1);
  return y.view(shape);
}

at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias) {
  return linear(x, weight, bias, LowRank{}, {});
}

}  // namespace twofold::ops
