#pragma once
// Cross-entropy of rows of logits in place: what the head's loss does between its two products.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// −log softmax of each row of `logits` (n, V) at its label (n, int64, each in [0, V)), in float64.
/// If `gradient`, the rows become scale · (softmax − one_hot(label)); else what is left in them is
/// unspecified.
at::Tensor softmax_rows(at::Tensor& logits, const at::Tensor& labels, double scale, bool gradient);

namespace reference {
/// A row whose label is −1 has a loss and a gradient of 0.
at::Tensor softmax_rows(at::Tensor& logits, const at::Tensor& labels, double scale, bool gradient);
}  // namespace reference

}  // namespace twofold::ops
