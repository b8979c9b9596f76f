#pragma once
// bfloat16 without a library: the upper half of a float32, rounded to nearest, ties to even.

#include <bit>
#include <cstdint>

namespace twofold {

/// The conversions are always inlined: ops/cpu is compiled once for each instruction-set level, and
/// the linker would keep only one copy, of an arbitrary level, of a function that is not inlined.
struct BFloat16 {
  uint16_t bits;

  BFloat16() = default;
  [[gnu::always_inline]] explicit BFloat16(float value) {
    const uint32_t wide = std::bit_cast<uint32_t>(value);
    const uint32_t bias = ((wide >> 16) & 1) + 0x7FFF;
    bits = value != value ? uint16_t{0x7FC0} : static_cast<uint16_t>((wide + bias) >> 16);
  }
  [[gnu::always_inline]] operator float() const {
    return std::bit_cast<float>(uint32_t{bits} << 16);
  }
};

}  // namespace twofold
