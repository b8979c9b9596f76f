#pragma once
// Rotary embedding and causal attention over key intervals. Every mask of the project is an
// interval [first_key, t] per query: left padding, documents in one row, sliding windows. No T×T
// matrix is kept.

#include <ATen/core/Tensor.h>

#include <optional>

#include "twofold/ops/dropout.h"

namespace twofold::ops {

/// cos and sin of pos·inv_freq, (max positions, rotary_dim/2) float32 (float64 for gradient
/// checks); both may carry an attention factor (yarn). Pairs are (j, j + rotary_dim/2): the
/// split-half layout.
struct RotaryTable {
  at::Tensor cos;
  at::Tensor sin;
  int64_t rotary_dim() const { return 2 * cos.size(1); }
};
RotaryTable make_rotary_table(const at::Tensor& inv_freq, int64_t positions, double factor = 1.0);

/// x: (B, T, H, d); the first rotary_dim of d are rotated by positions (B, T) int32, the rest pass.
/// Computed in float32, returned in x's dtype.
at::Tensor rotary(const at::Tensor& x, const RotaryTable& table, const at::Tensor& positions);

struct AttentionOptions {
  double scale = 0;    ///< 0 = 1/sqrt(d)
  int64_t window = 0;  ///< > 0: only the last `window` keys, the query's own included
  double softcap = 0;  ///< > 0: a score s becomes softcap·tanh(s / softcap) (Gemma 2)
  double dropout = 0;  ///< share of the probabilities dropped, as dropout() of (B, H, Tq, Tk)
  DropoutKey dropout_key = {};
};

/// q: (B, Tq, H, d), k and v: (B, Tk, K, d), H a multiple of K (query head h reads kv head h /
/// (H/K)). Query i stands at key position p = Tk − Tq + i and sees keys first_key[b, i] … p.
/// first_key is int32 (B, Tq), in key positions; undefined: 0 everywhere, plain causal attention.
/// Softmax in float32. Returns (B, Tq, H, d) in q's dtype, zeros for a query that sees no key. q,
/// k, v may be strided views of one fused projection.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& first_key, const AttentionOptions& options = {});

namespace reference {
at::Tensor rotary(const at::Tensor& x, const RotaryTable& table, const at::Tensor& positions);
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& first_key, const AttentionOptions& options = {});
}  // namespace reference

}  // namespace twofold::ops
