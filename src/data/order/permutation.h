#pragma once
// A keyed permutation of 0 … n−1, evaluated one element at a time (a Feistel network with cycle
// walking, its keys from Philox): shuffling without a buffer, seeking in O(1).

#include <cstdint>

namespace twofold {

class Permutation {
 public:
  /// The permutation of 0 … size−1 named by (seed, a, b), e.g. a = dataset hash, b = epoch.
  Permutation(int64_t size, uint64_t seed, uint64_t a, uint64_t b);
  int64_t operator()(int64_t index) const;

 private:
  int64_t size_;
  int half_bits_;
  uint64_t keys_[4];
};

}  // namespace twofold
