#pragma once
// Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011). A stream is named by what it is
// for, so any number of it can be computed alone: nothing to save, nothing to share between threads.

#include <array>
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

class RandomStream {
 public:
  /// The stream of (seed, purpose, a, b): e.g. a = layer or leaf hash, b = step.
  RandomStream(uint64_t seed, Purpose purpose, uint64_t a = 0, uint64_t b = 0);

  /// Four independent 32-bit words of block `index`; a pure function of the stream and the index.
  std::array<uint32_t, 4> block(uint64_t index) const;

  uint64_t bits(uint64_t index) const;    ///< 64 bits of number `index`
  double uniform(uint64_t index) const;   ///< number `index` in [0, 1), 53 bits
  double normal(uint64_t index) const;    ///< number `index` of N(0, 1) (Box–Muller)
  /// Fills out[i] = mean 0, standard deviation `stddev` normals, numbers first … first + count − 1.
  void fill_normal(float* out, uint64_t first, uint64_t count, double stddev) const;

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 2> salt_;
};

/// Stable 64-bit hash of a text (XXH3), for naming streams after parameters and datasets.
uint64_t hash64(std::string_view text);

}  // namespace twofold
