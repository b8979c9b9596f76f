#pragma once
// GPT-2's printable alphabet: every byte is written as one character, so that a token of arbitrary
// bytes can be written as text. Printable Latin-1 bytes stand for themselves; the other 68 are
// written as U+0100 onwards.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace twofold {

class ByteAlphabet {
 public:
  static const ByteAlphabet& get();

  /// The 256 bytes in the alphabet's order (printable ones first): the first ids of GPT-2.
  const std::string& order() const { return order_; }
  /// The character of a byte, as UTF-8.
  const std::string& character(uint8_t byte) const { return characters_[byte]; }
  /// Appends to `bytes` the bytes that `text`, written in the alphabet, stands for. Returns false,
  /// with `bytes` unchanged, if a character is not in the alphabet.
  bool read(std::string_view text, std::string& bytes) const;

 private:
  ByteAlphabet();

  std::string order_;
  std::array<std::string, 256> characters_;
  std::array<int, 0x144> byte_of_;  // code point to byte, or -1
};

}  // namespace twofold
