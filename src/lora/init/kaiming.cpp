// PEFT's default, init_lora_weights=true: He et al. 2015 with a = √5, which makes A uniform in
// ±1/√in; B = 0; and PEFT's separate init for tables.
#include <cmath>

#include "lora/init/random_factor.h"

namespace twofold {

Factors kaiming_init(const InitSubject& subject) {
  const int64_t in = subject.in, out = subject.out, r = subject.rank;
  if (is_dense_kernel(subject.path)) {
    return {uniform_factor(subject, in, r, 1 / std::sqrt(static_cast<double>(in))),
            zero_factor(r, out)};
  }
  if (!is_head(subject.path)) return table_start(subject);
  return {zero_factor(in, r),
          uniform_factor(subject, r, out, 1 / std::sqrt(static_cast<double>(out)))};
}

}  // namespace twofold
