// PEFT's init_lora_weights="gaussian": A ~ N(0, std 1/r), B = 0; and PEFT's separate init for
// tables.
#include "lora/init/random_factor.h"

namespace twofold {

Factors gaussian_init(const InitSubject& subject) {
  const double stddev = 1.0 / static_cast<double>(subject.rank);
  if (is_dense_kernel(subject.path)) return reference_init(subject);
  if (!is_head(subject.path)) return table_start(subject);
  return {zero_factor(subject.in, subject.rank),
          normal_factor(subject, subject.rank, subject.out, stddev)};
}

}  // namespace twofold
