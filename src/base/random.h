#pragma once
// Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011). A stream is identified by what
// it is for, and each of its numbers can be computed without the others: there is no state to save
// or to share between threads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace twofold {

/// What a stream is for; part of its key, so that two purposes never share numbers.
enum class Purpose : uint32_t {
  kParameterInit = 1,
  kAdapterInit = 2,
  kDropout = 3,
  kDataOrder = 4,
  kSampling = 5,
  kSplit = 6,
  kTest = 99,
};

/// Ten rounds of Philox 4x32. Always inlined, so that loops over blocks vectorise with the
/// instructions of the level that they are compiled for (ops/cpu).
[[gnu::always_inline]] inline std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                                             std::array<uint32_t, 2> key) {
  constexpr uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

class RandomStream {
 public:
  /// The stream of (seed, purpose, a, b): e.g. a = layer or leaf hash, b = step.
  RandomStream(uint64_t seed, Purpose purpose, uint64_t a = 0, uint64_t b = 0);

  /// Four independent 32-bit words of block `index`; a pure function of the stream and the index.
  [[gnu::always_inline]] std::array<uint32_t, 4> block(uint64_t index) const {
    return philox(
        {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), salt_[0], salt_[1]},
        key_);
  }

  /// 64 bits of number `index`: one half of block index / 2.
  uint64_t bits(uint64_t index) const {
    const std::array<uint32_t, 4> words = block(index / 2);
    const size_t half = index % 2 * 2;
    return words[half] | uint64_t{words[half + 1]} << 32;
  }

  /// Number `index` in [0, 1), 53 bits.
  double uniform(uint64_t index) const { return static_cast<double>(bits(index) >> 11) * 0x1p-53; }
  /// Number `index` of N(0, 1): Box–Muller on block index / 2, cosine when even, sine when odd.
  double normal(uint64_t index) const;
  /// out[i] = float(stddev · normal(first + i)), bit for bit, several times faster.
  void fill_normal(float* out, uint64_t first, uint64_t count, double stddev) const;

  /// What identifies the stream in Philox: the key, and the upper half of each counter. For code
  /// that computes blocks elsewhere (ops/reference).
  const std::array<uint32_t, 2>& key() const { return key_; }
  const std::array<uint32_t, 2>& salt() const { return salt_; }

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 2> salt_;
};

/// Stable 64-bit hash of a text (XXH3), for naming streams after parameters and datasets.
uint64_t hash64(std::string_view text);

}  // namespace twofold
