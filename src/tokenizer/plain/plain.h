#pragma once
// The tokenizers that need no file.

#include "tokenizer/tokenizer.h"

namespace twofold {

std::unique_ptr<Tokenizer> make_bytes_tokenizer(const TokenizerConfig& config);
std::unique_ptr<Tokenizer> make_trivial_tokenizer(const TokenizerConfig& config);

}  // namespace twofold
