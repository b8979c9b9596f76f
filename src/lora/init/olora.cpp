// OLoRA (Büyükakyüz 2024, arXiv 2406.01775): the adapter starts as the first r columns of the
// weight's QR decomposition. Wᵀ = Q·R: A = R_rᵀ, B = Q_rᵀ, not divided by the scale.
#include <ATen/ATen.h>

#include "lora/init/from_weights.h"

namespace twofold {

Factors olora_init(const InitSubject& subject) {
  check_directions(subject, "olora");
  const auto [Q, R] = at::linalg_qr(subject.value.t(), "reduced");
  const int64_t r = subject.rank;
  return {R.narrow(0, 0, r).t().contiguous(), Q.narrow(1, 0, r).t().contiguous()};
}

}  // namespace twofold
