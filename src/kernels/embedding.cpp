#include "kernels/embedding.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/absent.h"
#include "kernels/element.h"

namespace twofold::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct EmbeddingFunction : torch::autograd::Function<EmbeddingFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids,
                            const at::Tensor& table, const at::Tensor& maybe_A,
                            const at::Tensor& maybe_B, double scale, at::ScalarType dtype) {
    const at::Tensor A = or_absent(maybe_A), B = or_absent(maybe_B);
    at::Tensor y = table.index_select(0, ids);
    if (A.defined()) {
      const auto wide = compute_dtype(table.scalar_type());
      y = at::addmm(y.to(wide), A.index_select(0, ids).to(wide), B.to(wide), 1, scale);
    }
    context->save_for_backward({ids, A, B});
    context->saved_data["scale"] = scale;
    context->saved_data["rows"] = table.size(0);
    context->saved_data["dtype"] = static_cast<int64_t>(table.scalar_type());
    return y.to(dtype);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &ids = saved[0], &A = saved[1], &B = saved[2];
    const double scale = context->saved_data["scale"].toDouble();
    const int64_t rows = context->saved_data["rows"].toInt();
    const auto table_dtype = static_cast<at::ScalarType>(context->saved_data["dtype"].toInt());
    const at::Tensor dy = gradients[0].to(compute_dtype(gradients[0].scalar_type()));
    // Every row of the table is summed by one thread, in the order of the ids: a fixed order.
    const auto scatter = [&](const at::Tensor& values) {
      return at::embedding_dense_backward(values.contiguous(), ids, rows, -1, false);
    };
    at::Tensor dtable, dA, dB;
    if (context->needs_input_grad(1)) dtable = scatter(dy).to(table_dtype);
    if (A.defined()) {
      const auto wide = dy.scalar_type();
      if (context->needs_input_grad(2)) {
        dA = scatter(at::mm(dy, B.to(wide).t()).mul_(scale)).to(A.scalar_type());
      }
      if (context->needs_input_grad(3)) {
        dB = at::mm(A.index_select(0, ids).to(wide).t(), dy).mul_(scale).to(B.scalar_type());
      }
    }
    return {at::Tensor(), dtable, dA, dB, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor embedding(const at::Tensor& ids, const Weight& table, at::ScalarType dtype) {
  const LowRank low_rank = table.low_rank.value_or(LowRank{});
  const at::Tensor flat =
      EmbeddingFunction::apply(ids.reshape({-1}).to(at::kLong), table.value, or_empty(low_rank.A),
                               or_empty(low_rank.B), low_rank.scale, dtype);
  auto shape = ids.sizes().vec();
  shape.push_back(table.value.size(1));
  return flat.view(shape);
}

}  // namespace twofold::kernels
