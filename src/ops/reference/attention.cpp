#include "ops/attention.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "ops/element.h"

namespace twofold::ops::reference {

at::Tensor rotary(const at::Tensor& x, const RotaryTable& table, const at::Tensor& positions) {
  const at::ScalarType compute = compute_dtype(x.scalar_type());
  const int64_t half = table.cos.size(1);
  const at::Tensor rows = positions.reshape({-1}).to(at::kLong);
  const std::vector<int64_t> shape{x.size(0), x.size(1), 1, half};
  const at::Tensor cos = table.cos.to(compute).index_select(0, rows).view(shape);
  const at::Tensor sin = table.sin.to(compute).index_select(0, rows).view(shape);
  const at::Tensor wide = x.to(compute);
  const at::Tensor a = wide.narrow(-1, 0, half), b = wide.narrow(-1, half, half);
  const at::Tensor rest = wide.narrow(-1, 2 * half, x.size(-1) - 2 * half);
  return at::cat({a * cos - b * sin, b * cos + a * sin, rest}, -1).to(x.scalar_type());
}

namespace {

/// (B or 1, Tq, Tk) bool: which keys each query sees.
at::Tensor visible_keys(int64_t queries, int64_t keys, const at::Tensor& first_key, int64_t window,
                        const at::TensorOptions& options) {
  const at::Tensor key = at::arange(keys, options).view({1, 1, keys});
  const at::Tensor last = at::arange(keys - queries, keys, options).view({1, queries, 1});
  at::Tensor visible = key <= last;
  if (window > 0) visible = visible & (key > last - window);
  if (first_key.defined()) visible = visible & (key >= first_key.to(at::kLong).unsqueeze(-1));
  return visible;
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& first_key, const AttentionOptions& options) {
  const at::ScalarType compute = compute_dtype(q.scalar_type());
  const int64_t repeat = q.size(2) / k.size(2);
  const auto heads_first = [&](const at::Tensor& x, int64_t times) {
    return x.to(compute).repeat_interleave(times, 2).transpose(1, 2);
  };
  const double scale =
      options.scale == 0 ? 1 / std::sqrt(static_cast<double>(q.size(3))) : options.scale;
  at::Tensor scores = heads_first(q, 1).matmul(heads_first(k, repeat).transpose(-1, -2)) * scale;
  if (options.softcap > 0) scores = (scores / options.softcap).tanh() * options.softcap;
  const at::Tensor visible = visible_keys(q.size(1), k.size(1), first_key, options.window,
                                          q.options().dtype(at::kLong).requires_grad(false))
                                 .unsqueeze(1);
  // A finite minimum, then zeros: a query that sees nothing gets zeros, not 0/0.
  const at::Tensor probabilities =
      scores.masked_fill(~visible, std::numeric_limits<float>::lowest()).softmax(-1) * visible;
  return reference::dropout(probabilities, options.dropout, options.dropout_key)
      .matmul(heads_first(v, repeat))
      .transpose(1, 2)
      .to(q.scalar_type());
}

}  // namespace twofold::ops::reference
