// The init that the reference (theseus) gives every leaf: A ~ N(0, std 1/r), B = 0.
#include "lora/init/random_factor.h"

namespace twofold {

Factors reference_init(const InitSubject& subject) {
  const int64_t r = subject.rank;
  return {normal_factor(subject, subject.in, r, 1.0 / static_cast<double>(r)),
          zero_factor(r, subject.out)};
}

}  // namespace twofold
