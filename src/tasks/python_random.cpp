#include "tasks/python_random.h"

#include <bit>
#include <numeric>
#include <set>

#include "base/error.h"

namespace twofold::tasks {

PythonRandom::PythonRandom(uint32_t seed) {
  // init_by_array() of the original, with a key of one word.
  state_[0] = 19650218;
  for (uint32_t i = 1; i < kWords; ++i) {
    state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
  }
  size_t i = 1;
  const auto advance = [&] {
    if (++i < kWords) return;
    state_[0] = state_[kWords - 1];
    i = 1;
  };
  const auto mixed = [&](uint32_t factor) {
    return state_[i] ^ ((state_[i - 1] ^ (state_[i - 1] >> 30)) * factor);
  };
  for (size_t k = 0; k < kWords; ++k, advance()) state_[i] = mixed(1664525U) + seed;
  for (size_t k = 1; k < kWords; ++k, advance()) {
    state_[i] = mixed(1566083941U) - static_cast<uint32_t>(i);
  }
  state_[0] = 0x80000000U;
}

void PythonRandom::refill() {
  constexpr size_t kShift = 397;
  for (size_t i = 0; i < kWords; ++i) {
    const uint32_t y = (state_[i] & 0x80000000U) | (state_[(i + 1) % kWords] & 0x7fffffffU);
    state_[i] = state_[(i + kShift) % kWords] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908b0dfU : 0);
  }
  used_ = 0;
}

uint32_t PythonRandom::next() {
  if (used_ == kWords) refill();
  uint32_t y = state_[used_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680U;
  y ^= (y << 15) & 0xefc60000U;
  return y ^ (y >> 18);
}

size_t PythonRandom::below(size_t end) {
  const auto bits = static_cast<int>(std::bit_width(end));
  TWOFOLD_EXPECT(bits <= 32, "a population beyond 32 bits");
  size_t drawn = end;
  while (drawn >= end) drawn = next() >> (32 - bits);
  return drawn;
}

std::vector<size_t> PythonRandom::sample(size_t size, size_t count) {
  size_t small = 21;  // up to here a list is quicker than a set: Python's own rule
  if (count > 5) {
    size_t power = 1;
    while (power < 3 * count) power *= 4;
    small += power;
  }
  std::vector<size_t> result;
  if (size <= small) {
    std::vector<size_t> pool(size);
    std::iota(pool.begin(), pool.end(), 0);
    for (size_t left = size; result.size() < count; --left) {
      const size_t place = below(left);
      result.push_back(pool[place]);
      pool[place] = pool[left - 1];
    }
    return result;
  }
  std::set<size_t> taken;
  while (result.size() < count) {
    const size_t place = below(size);
    if (taken.insert(place).second) result.push_back(place);
  }
  return result;
}

}  // namespace twofold::tasks
