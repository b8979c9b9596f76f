#include "ops/embedding.h"

#include <ATen/ATen.h>

#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor embedding(const at::Tensor& ids, const Weight& table, at::ScalarType dtype) {
  at::Tensor effective = table.value;
  if (table.low_rank) {
    effective =
        effective + at::matmul(table.low_rank->A, table.low_rank->B) * table.low_rank->scale;
    if (table.low_rank->magnitude.defined()) {
      const at::Tensor norms = effective.detach().square().sum(0).sqrt();
      effective = effective * (table.low_rank->magnitude / norms);
    }
  }
  if (table.rows) {
    const auto wide = compute_dtype(table.value.scalar_type());
    effective = effective.to(wide).index_copy(0, table.rows->ids, table.rows->value.to(wide));
  }
  return at::embedding(effective, ids.to(at::kLong)).to(dtype);
}

}  // namespace twofold::ops::reference
