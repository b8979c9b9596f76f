#include "kernels/embedding.h"

#include <ATen/ATen.h>

namespace twofold::kernels::reference {

at::Tensor embedding(const at::Tensor& ids, const Weight& table, at::ScalarType dtype) {
  at::Tensor effective = table.value;
  if (table.low_rank) {
    effective =
        effective + at::matmul(table.low_rank->A, table.low_rank->B) * table.low_rank->scale;
  }
  return at::embedding(effective, ids.to(at::kLong)).to(dtype);
}

}  // namespace twofold::kernels::reference
