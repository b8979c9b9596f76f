#include "ops/scale_columns.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/absent.h"
#include "ops/element.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct ScaleColumns : torch::autograd::Function<ScaleColumns> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& z, const at::Tensor& a,
                            const at::Tensor& n, const at::Tensor& maybe_bias) {
    const at::Tensor bias = or_absent(maybe_bias);
    const auto wide = compute_dtype(z.scalar_type());
    at::Tensor y = z.to(wide) * (a.to(wide) / n.to(wide));
    if (bias.defined()) y.add_(bias.to(wide));
    context->save_for_backward({z, a, n, bias});
    return y.to(z.scalar_type());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &z = saved[0], &a = saved[1], &bias = saved[3];
    const auto wide = compute_dtype(z.scalar_type());
    const at::Tensor dy = gradients[0].to(wide), n = saved[2].to(wide);
    const int64_t out = n.size(0);
    const auto column_sums = [&](const at::Tensor& values) {
      return values.reshape({-1, out}).sum(0);
    };
    at::Tensor dz, da, db;
    if (context->needs_input_grad(0)) dz = (dy * (a.to(wide) / n)).to(z.scalar_type());
    if (context->needs_input_grad(1)) da = (column_sums(dy * z.to(wide)) / n).to(a.scalar_type());
    if (bias.defined() && context->needs_input_grad(3)) {
      db = column_sums(dy).to(bias.scalar_type());
    }
    return {dz, da, at::Tensor(), db};
  }
};

}  // namespace

at::Tensor scale_columns(const at::Tensor& z, const at::Tensor& a, const at::Tensor& n,
                         const at::Tensor& bias) {
  return ScaleColumns::apply(z, a, n, or_empty(bias));
}

}  // namespace twofold::ops
