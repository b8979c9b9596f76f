#pragma once
// Euclidean norms of the columns or rows of the sum of a weight and a low-rank term.

#include "twofold/tensor/weight.h"

namespace twofold {

/// ‖column j of W + scale·A·B‖₂ for each output j: (out), float32 (float64 if W is). W (in, out) in
/// any float dtype and storage order; the sum is formed for one block of columns at a time. No
/// gradient.
at::Tensor column_norms(const at::Tensor& W, const LowRank& term);
/// The same of the rows: (in).
at::Tensor row_norms(const at::Tensor& W, const LowRank& term);

}  // namespace twofold
