#pragma once
// Sizes of arrays.

#include <cstdint>
#include <span>

namespace twofold {

/// The product of the sizes.
inline int64_t element_count(std::span<const int64_t> shape) {
  uint64_t count = 1;  // unsigned: sizes from a damaged file may wrap around, which is defined
  for (const int64_t size : shape) count *= static_cast<uint64_t>(size);
  return static_cast<int64_t>(count);
}

}  // namespace twofold
