#pragma once
// Whatever a reader accepts must encode and decode without anything but an Error.

#include <cstdlib>

#include "tokenizer/tokenizer.h"

namespace twofold::fuzz {

inline void use(const Tokenizer& tokenizer) {
  const std::vector<int32_t> ids = tokenizer.encode("A  b\u00e9\xff<s>12 \u4e16 \U00031350");
  tokenizer.decode(ids);
  for (const int32_t id : ids) {
    if (id < 0 || id >= tokenizer.vocab_size()) std::abort();
  }
}

}  // namespace twofold::fuzz
