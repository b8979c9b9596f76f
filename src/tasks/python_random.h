#pragma once
// The random numbers of Python's `random`, by which lm-eval draws its examples.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace twofold::tasks {

/// random.Random(seed): the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998).
class PythonRandom {
 public:
  explicit PythonRandom(uint32_t seed);
  /// The places of random.sample(population, count), a population of `size`; count ≤ size.
  std::vector<size_t> sample(size_t size, size_t count);

 private:
  uint32_t next();
  void refill();
  size_t below(size_t end);

  static constexpr size_t kWords = 624;
  std::array<uint32_t, kWords> state_ = {};
  size_t used_ = kWords;
};

}  // namespace twofold::tasks
