#include "ops/embedding.h"

#include <ATen/ATen.h>

#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor embedding(const at::Tensor& ids, const at::Tensor& table, at::ScalarType dtype,
                     const LowRank& term) {
  const at::Tensor all = ids.to(at::kLong);
  at::Tensor rows = at::embedding(table, all);
  if (term.A.defined()) {
    const auto wide = compute_dtype(table.scalar_type());
    const at::Tensor u = at::embedding(term.A, all).to(wide);
    rows = rows.to(wide) + at::matmul(u, term.B.to(wide)) * term.scale;
  }
  return rows.to(dtype);
}

}  // namespace twofold::ops::reference
