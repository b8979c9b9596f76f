#include "kernels/linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/absent.h"
#include "kernels/element.h"
#include "kernels/matmul.h"

namespace twofold::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// xᵀ·dy in the storage order of W, so that the gradient can be kept without a copy.
at::Tensor weight_gradient(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& weight) {
  if (weight.is_contiguous()) return at::mm(x.t(), dy).to(weight.scalar_type());
  return at::mm(dy.t(), x).to(weight.scalar_type()).t();
}

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  // x (N, in). u = x·A (N, r) is kept rather than computed again: it is thin.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& maybe_bias, const at::Tensor& maybe_A,
                            const at::Tensor& maybe_B, double scale) {
    const at::Tensor bias = or_absent(maybe_bias), A = or_absent(maybe_A), B = or_absent(maybe_B);
    const Panel xc(x), wc(weight, xc);
    at::Tensor y = bias.defined() ? at::addmm(bias.to(xc.dtype()), xc.get(), wc.get())
                                  : at::mm(xc.get(), wc.get());
    at::Tensor u;
    if (A.defined()) {
      u = at::mm(xc.get(), A.to(xc.dtype()));
      y.addmm_(u, B.to(xc.dtype()), 1, scale);
    }
    context->save_for_backward({x, weight, bias, A, B, u});
    context->saved_data["scale"] = scale;
    return y.to(x.scalar_type());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2], &A = saved[3],
                     &B = saved[4], &u = saved[5];
    const double scale = context->saved_data["scale"].toDouble();
    const Panel dy(gradients[0].contiguous());
    const auto wants = [&](size_t input) { return context->needs_input_grad(input); };
    at::Tensor dx, dw, db, dA, dB, du;
    if (A.defined()) {
      if (wants(4)) dB = at::mm(u.t(), dy.get()).to(B.scalar_type()).mul_(scale);
      if (wants(0) || wants(3)) du = at::mm(dy.get(), B.to(dy.dtype()).t()).mul_(scale);
      if (wants(3)) dA = at::mm(Panel(x, dy).get().t(), du).to(A.scalar_type());
    }
    if (wants(0)) {
      dx = at::mm(dy.get(), Panel(weight, dy).get().t());
      if (du.defined()) dx.addmm_(du, A.to(dy.dtype()).t());
      dx = dx.to(x.scalar_type());
    }
    if (wants(1)) dw = weight_gradient(Panel(x, dy).get(), dy.get(), weight);
    if (bias.defined() && wants(2)) db = dy.get().sum(0, /*keepdim=*/false, bias.scalar_type());
    return {dx, dw, db, dA, dB, at::Tensor()};
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const Weight& kernel, const at::Tensor& bias) {
  const int64_t in = kernel.value.size(0), out = kernel.value.size(1);
  TWOFOLD_EXPECT(x.size(-1) == in, "linear: x's last dimension is the kernel's first");
  const at::Tensor flat = x.reshape({-1, in});
  const LowRank low_rank = kernel.low_rank.value_or(LowRank{});
  const at::Tensor y =
      LinearFunction::apply(flat, kernel.value, or_empty(bias), or_empty(low_rank.A),
                            or_empty(low_rank.B), low_rank.scale);
  auto shape = x.sizes().vec();
  shape.back() = out;
  return y.view(shape);
}

}  // namespace twofold::kernels
