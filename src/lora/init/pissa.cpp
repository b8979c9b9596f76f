// PiSSA (Meng et al. 2024, arXiv 2404.02948): the adapter starts as the weight's r largest singular
// directions. W = U·S·Vᵀ: A = U_r·√(S_r/s), B = √(S_r/s)·V_rᵀ.
#include <ATen/ATen.h>

#include "lora/init/from_weights.h"

namespace twofold {

Factors pissa_init(const InitSubject& subject) {
  check_directions(subject, "pissa");
  const auto [U, S, Vh] = at::linalg_svd(subject.value, /*full_matrices=*/false);
  const int64_t r = subject.rank;
  const at::Tensor root = S.narrow(0, 0, r).div(subject.scale).sqrt();
  return {U.narrow(1, 0, r).mul(root).contiguous(),
          Vh.narrow(0, 0, r).mul(root.unsqueeze(1)).contiguous()};
}

}  // namespace twofold
