#include "tensor/column_norms.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace twofold {
namespace {

constexpr int64_t kBlockElements = 1 << 20;  // of W at a time: stays in cache

}  // namespace

at::Tensor column_norms(const at::Tensor& W, const LowRank& term) {
  const at::NoGradGuard no_grad;
  const at::ScalarType wide = W.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const int64_t in = W.size(0), out = W.size(1);
  const at::Tensor A = term.A.detach().to(wide), B = term.B.detach().to(wide);
  at::Tensor norms = at::empty({out}, W.options().dtype(wide));
  const int64_t block = std::max<int64_t>(16, kBlockElements / std::max<int64_t>(1, in));
  for (int64_t first = 0; first < out; first += block) {
    const int64_t count = std::min(block, out - first);
    const at::Tensor columns = W.detach().narrow(1, first, count).to(wide);
    norms.narrow(0, first, count)
        .copy_(
            at::linalg_vector_norm(at::addmm(columns, A, B.narrow(1, first, count), 1, term.scale),
                                   2, at::IntArrayRef{0}));
  }
  return norms;
}

at::Tensor row_norms(const at::Tensor& W, const LowRank& term) {
  return column_norms(W.t(), {.A = term.B.t(), .B = term.A.t(), .scale = term.scale});
}

}  // namespace twofold
