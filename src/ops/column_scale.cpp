#include "ops/column_scale.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/absent.h"
#include "ops/element.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct ColumnScaleFunction : torch::autograd::Function<ColumnScaleFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& z,
                            const at::Tensor& magnitude, const at::Tensor& norms,
                            const at::Tensor& maybe_bias) {
    const at::Tensor bias = or_absent(maybe_bias);
    const auto wide = compute_dtype(z.scalar_type());
    at::Tensor y = z.to(wide) * (magnitude.to(wide) / norms.to(wide));
    if (bias.defined()) y.add_(bias.to(wide));
    context->save_for_backward({z, magnitude, norms, bias});
    return y.to(z.scalar_type());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &z = saved[0], &magnitude = saved[1], &norms = saved[2], &bias = saved[3];
    const auto wide = compute_dtype(z.scalar_type());
    const at::Tensor dy = gradients[0].to(wide), n = norms.to(wide);
    const int64_t out = n.size(0);
    const auto column_sums = [&](const at::Tensor& values) {
      return values.reshape({-1, out}).sum(0);
    };
    at::Tensor dz, dm, db;
    if (context->needs_input_grad(0)) dz = (dy * (magnitude.to(wide) / n)).to(z.scalar_type());
    if (context->needs_input_grad(1)) {
      dm = (column_sums(dy * z.to(wide)) / n).to(magnitude.scalar_type());
    }
    if (bias.defined() && context->needs_input_grad(3)) {
      db = column_sums(dy).to(bias.scalar_type());
    }
    return {dz, dm, at::Tensor(), db};
  }
};

}  // namespace

at::Tensor column_scale(const at::Tensor& z, const at::Tensor& magnitude, const at::Tensor& norms,
                        const at::Tensor& bias) {
  return ColumnScaleFunction::apply(z, magnitude, norms, or_empty(bias));
}

}  // namespace twofold::ops
