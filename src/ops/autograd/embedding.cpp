#include "ops/embedding.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/absent.h"
#include "ops/backend.h"
#include "ops/element.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct EmbeddingFunction : torch::autograd::Function<EmbeddingFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids,
                            const at::Tensor& table, const at::Tensor& maybe_A,
                            const at::Tensor& maybe_B, double scale, at::ScalarType dtype) {
    const at::Tensor A = or_absent(maybe_A), B = or_absent(maybe_B);
    const auto wide = compute_dtype(table.scalar_type());
    at::Tensor y = table.index_select(0, ids);
    if (A.defined()) {
      y = at::addmm(y.to(wide), A.index_select(0, ids).to(wide), B.to(wide), 1, scale);
    }
    context->save_for_backward({ids, table, A, B});
    context->saved_data["scale"] = scale;
    return y.to(dtype);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &ids = saved[0], &table = saved[1], &A = saved[2], &B = saved[3];
    const double scale = context->saved_data["scale"].toDouble();
    const auto wide = compute_dtype(gradients[0].scalar_type());
    const at::Tensor dy = gradients[0].to(wide);
    at::Tensor dtable, dA, dB;
    // Every row of the table is summed by one thread, in the order of the ids: a fixed order.
    const auto scatter = [&](const at::Tensor& values) {
      return at::embedding_dense_backward(values.contiguous(), ids, table.size(0), -1, false);
    };
    if (context->needs_input_grad(1)) dtable = scatter(dy).to(table.scalar_type());
    if (A.defined() && context->needs_input_grad(2)) {
      dA = scatter(at::mm(dy, B.to(wide).t()).mul_(scale)).to(A.scalar_type());
    }
    if (A.defined() && context->needs_input_grad(3)) {
      dB = at::mm(A.index_select(0, ids).to(wide).t(), dy).mul_(scale).to(B.scalar_type());
    }
    const at::Tensor none;
    return {none, dtable, dA, dB, none, none};
  }
};

}  // namespace

at::Tensor embedding(const at::Tensor& ids, const at::Tensor& table, at::ScalarType dtype,
                     const LowRank& term) {
  if (use_reference(table)) return reference::embedding(ids, table, dtype, term);
  const at::Tensor flat =
      EmbeddingFunction::apply(ids.reshape({-1}).to(at::kLong), table, or_empty(term.A),
                               or_empty(term.B), term.scale, dtype);
  auto shape = ids.sizes().vec();
  shape.push_back(table.size(1));
  return flat.view(shape);
}

}  // namespace twofold::ops
