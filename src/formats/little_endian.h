#pragma once
// Whole numbers as bytes, the lowest first.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace twofold::formats {

template <class Unsigned>
void append_little_endian(std::string& text, Unsigned value) {
  static_assert(std::is_unsigned_v<Unsigned>);
  for (size_t i = 0; i < sizeof(Unsigned); ++i) {
    text += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
}

/// The number at the beginning of `bytes`, which are long enough.
template <class Unsigned>
Unsigned read_little_endian(std::string_view bytes) {
  static_assert(std::is_unsigned_v<Unsigned>);
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(Unsigned); ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return static_cast<Unsigned>(value);
}

}  // namespace twofold::formats
