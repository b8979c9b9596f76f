#pragma once
// The tokenizers that need no file.

#include <memory>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// One token for each byte: any bytes can be encoded and are decoded unchanged. Id 256 ends a
/// document.
std::unique_ptr<Tokenizer> make_bytes_tokenizer();
/// For text that consists of token ids: decimal numbers, one space between them. Id 0 ends a
/// document.
std::unique_ptr<Tokenizer> make_trivial_tokenizer();

}  // namespace twofold
