#pragma once
// The tokenizers that need no file.

#include <memory>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// A token a byte: any bytes at all go in and come out unchanged. 256 ends a document.
std::unique_ptr<Tokenizer> make_bytes_tokenizer();
/// Text that is token ids already: decimal numbers, one space between them. 0 ends a document.
std::unique_ptr<Tokenizer> make_trivial_tokenizer();

}  // namespace twofold
