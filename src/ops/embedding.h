#pragma once
// Rows of a table by token id, with or without a low-rank term: table[ids] + s·A[ids]·B.

#include "twofold/tensor/weight.h"

namespace twofold::ops {

/// ids: (…) int32 or int64. table: (V, D); term: undefined A and B for none. Returns (…, D) in
/// `dtype`. The table's gradient is dense, summed in a fixed order.
at::Tensor embedding(const at::Tensor& ids, const at::Tensor& table, at::ScalarType dtype,
                     const LowRank& term = {});

namespace reference {
at::Tensor embedding(const at::Tensor& ids, const at::Tensor& table, at::ScalarType dtype,
                     const LowRank& term);
}

}  // namespace twofold::ops
