#include "data/order/permutation.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "base/random.h"

namespace twofold {
namespace {

// Few enough to be cheap, many enough that the permutations of a handful of rows look random too.
constexpr int kRounds = 8;
// A network over a handful of values has too few permutations to look random; walking a short way
// over 256 costs nothing at that size.
constexpr int kLeastHalfBits = 4;

/// Mixes 64 bits (the finaliser of SplitMix64, Steele et al. 2014).
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

Permutation::Permutation(int64_t size, uint64_t seed, uint64_t a, uint64_t b) : size_(size) {
  TWOFOLD_EXPECT(size >= 1, "a permutation has at least one element");
  const auto bits = static_cast<int>(std::bit_width(static_cast<uint64_t>(size - 1)));
  half_bits_ = std::max(kLeastHalfBits, (bits + 1) / 2);
  const RandomStream stream(seed, Purpose::kDataOrder, a, b);
  for (uint64_t i = 0; i < 4; ++i) keys_[i] = stream.bits(i);
}

int64_t Permutation::operator()(int64_t index) const {
  TWOFOLD_EXPECT(0 <= index && index < size_, "the index lies within the permutation");
  const uint64_t half_mask = (uint64_t{1} << half_bits_) - 1;
  auto value = static_cast<uint64_t>(index);
  // The network permutes 0 … 4^half_bits − 1, a few times too many; walking along its
  // cycle until a value is in range again permutes 0 … size − 1.
  do {
    uint64_t left = value >> half_bits_;
    uint64_t right = value & half_mask;
    for (int round = 0; round < kRounds; ++round) {
      const uint64_t key = keys_[round % 4] + static_cast<uint64_t>(round / 4);
      const uint64_t next = left ^ (mix(right ^ key) & half_mask);
      left = right;
      right = next;
    }
    value = (left << half_bits_) | right;
  } while (value >= static_cast<uint64_t>(size_));
  return static_cast<int64_t>(value);
}

}  // namespace twofold
