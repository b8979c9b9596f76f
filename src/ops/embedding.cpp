#include "ops/embedding.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/absent.h"
#include "ops/element.h"
#include "tensor/column_norms.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Where a batch has tokens whose rows stand in for the table's.
struct Replaced {
  at::Tensor positions;  ///< in the batch
  at::Tensor rows;       ///< which of the rows, one a position

  Replaced(const at::Tensor& ids, const at::Tensor& row_ids, int64_t table_rows) {
    at::Tensor row_of = at::full({table_rows}, -1, at::kLong);
    row_of.index_copy_(0, row_ids, at::arange(row_ids.size(0), at::kLong));
    const at::Tensor found = row_of.index_select(0, ids);
    positions = found.ge(0).nonzero().squeeze(1);
    rows = found.index_select(0, positions);
  }
};

/// table[ids] + s·A[ids]·B, before any column is scaled.
at::Tensor adapted_rows(const at::Tensor& ids, const at::Tensor& table, const at::Tensor& A,
                        const at::Tensor& B, double scale, at::ScalarType wide) {
  return at::addmm(table.index_select(0, ids).to(wide), A.index_select(0, ids).to(wide), B.to(wide),
                   1, scale);
}

struct EmbeddingFunction : torch::autograd::Function<EmbeddingFunction> {
  // factor: what the columns of the adapted table are scaled by, or absent.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids,
                            const at::Tensor& table, const at::Tensor& maybe_A,
                            const at::Tensor& maybe_B, const at::Tensor& maybe_factor,
                            const at::Tensor& maybe_rows, const at::Tensor& row_ids, double scale,
                            at::ScalarType dtype) {
    const at::Tensor A = or_absent(maybe_A), B = or_absent(maybe_B),
                     factor = or_absent(maybe_factor), rows = or_absent(maybe_rows);
    const auto wide = compute_dtype(table.scalar_type());
    at::Tensor y =
        A.defined() ? adapted_rows(ids, table, A, B, scale, wide) : table.index_select(0, ids);
    at::Tensor positions, row_of;
    if (factor.defined()) y.mul_(factor);
    if (rows.defined()) {
      const Replaced replaced(ids, row_ids, table.size(0));
      positions = replaced.positions, row_of = replaced.rows;
      y = y.to(wide).index_copy_(0, positions, rows.index_select(0, row_of).to(wide));
    }
    context->save_for_backward({ids, table, A, B, factor, rows, positions, row_of});
    context->saved_data["scale"] = scale;
    return y.to(dtype);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &ids = saved[0], &table = saved[1], &A = saved[2], &B = saved[3],
                     &factor = saved[4], &trained = saved[5], &positions = saved[6],
                     &row_of = saved[7];
    const double scale = context->saved_data["scale"].toDouble();
    at::Tensor dy = gradients[0].to(compute_dtype(gradients[0].scalar_type()));
    at::Tensor dtable, dA, dB, dfactor, drows;
    if (trained.defined()) {
      if (context->needs_input_grad(5)) {
        drows = at::embedding_dense_backward(dy.index_select(0, positions), row_of, trained.size(0),
                                             -1, false)
                    .to(trained.scalar_type());
      }
      dy = dy.index_fill(0, positions, 0);  // neither the table nor its adapter had a part in them
    }
    if (factor.defined()) {
      if (context->needs_input_grad(4)) {
        dfactor = (dy * adapted_rows(ids, table, A, B, scale, dy.scalar_type())).sum(0);
      }
      dy = dy * factor;
    }
    // Every row of the table is summed by one thread, in the order of the ids: a fixed order.
    const auto scatter = [&](const at::Tensor& values) {
      return at::embedding_dense_backward(values.contiguous(), ids, table.size(0), -1, false);
    };
    if (context->needs_input_grad(1)) dtable = scatter(dy).to(table.scalar_type());
    if (A.defined()) {
      const auto wide = dy.scalar_type();
      if (context->needs_input_grad(2)) {
        dA = scatter(at::mm(dy, B.to(wide).t()).mul_(scale)).to(A.scalar_type());
      }
      if (context->needs_input_grad(3)) {
        dB = at::mm(A.index_select(0, ids).to(wide).t(), dy).mul_(scale).to(B.scalar_type());
      }
    }
    const at::Tensor none;
    return {none, dtable, dA, dB, dfactor, drows, none, none, none};
  }
};

}  // namespace

at::Tensor embedding(const at::Tensor& ids, const Weight& table, at::ScalarType dtype) {
  const LowRank low_rank = table.low_rank.value_or(LowRank{});
  const TrainedRows rows = table.rows.value_or(TrainedRows{});
  at::Tensor factor;
  if (low_rank.magnitude.defined()) {
    factor = low_rank.magnitude / column_norms(table.value, low_rank);
  }
  const at::Tensor flat = EmbeddingFunction::apply(
      ids.reshape({-1}).to(at::kLong), table.value, or_empty(low_rank.A), or_empty(low_rank.B),
      or_empty(factor), or_empty(rows.value), or_empty(rows.ids), low_rank.scale, dtype);
  auto shape = ids.sizes().vec();
  shape.push_back(table.value.size(1));
  return flat.view(shape);
}

}  // namespace twofold::ops
