#include "tokenizer/bpe/byte_alphabet.h"

namespace twofold {
namespace {

bool printable(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

/// UTF-8 of a code point below U+0800.
std::string utf8_of(int code) {
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
}

}  // namespace

const ByteAlphabet& ByteAlphabet::get() {
  static const ByteAlphabet alphabet;
  return alphabet;
}

ByteAlphabet::ByteAlphabet() {
  byte_of_.fill(-1);
  int next = 0x100;
  auto add = [&](int byte, int code) {
    byte_of_[code] = byte;
    characters_[byte] = utf8_of(code);
    order_.push_back(static_cast<char>(byte));
  };
  for (int byte = 0; byte < 256; ++byte) {
    if (printable(byte)) add(byte, byte);
  }
  for (int byte = 0; byte < 256; ++byte) {
    if (!printable(byte)) add(byte, next++);
  }
}

bool ByteAlphabet::read(std::string_view text, std::string& bytes) const {
  const size_t before = bytes.size();
  for (size_t i = 0; i < text.size(); ++i) {
    size_t code = static_cast<uint8_t>(text[i]);
    bool known = code < 0x80;
    if ((code & 0xE0) == 0xC0 && i + 1 < text.size()) {
      code = (code & 0x1F) << 6 | (static_cast<uint8_t>(text[++i]) & 0x3F);
      known = true;
    }
    if (!known || code >= byte_of_.size() || byte_of_[code] < 0) {
      bytes.resize(before);
      return false;
    }
    bytes.push_back(static_cast<char>(byte_of_[code]));
  }
  return true;
}

}  // namespace twofold
