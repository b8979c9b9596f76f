#pragma once
// Rows of a table by token id, with an optional low-rank term: table[ids] + s·A[ids]·B, and with a
// magnitude m (DoRA) that times m / n, n the column lengths of table + s·A·B, constant to the
// gradient; rows that are trained apart from the table come instead of their own.

#include "tensor/weight.h"

namespace twofold::ops {

/// ids: (B, T) int32 or int64. table.value: (V, D). Returns (B, T, D) in `dtype`. The table's
/// gradient is dense, summed in a fixed order.
at::Tensor embedding(const at::Tensor& ids, const Weight& table, at::ScalarType dtype);

namespace reference {
at::Tensor embedding(const at::Tensor& ids, const Weight& table, at::ScalarType dtype);
}

}  // namespace twofold::ops
