#pragma once
// The tokenizers that `tokenizer/backend` may name. A backend is one line of kBackends in
// tokenizer.cpp and one function here.

#include <memory>

#include "tokenizer/tokenizer.h"

namespace twofold {

std::unique_ptr<Tokenizer> make_bytes_tokenizer(const TokenizerConfig& config);
std::unique_ptr<Tokenizer> make_trivial_tokenizer(const TokenizerConfig& config);
std::unique_ptr<Tokenizer> make_tiktoken_tokenizer(const TokenizerConfig& config);

/// Refuses an id outside [0, vocab_size), as every decode must.
void check_id(int32_t id, size_t index, int64_t vocab_size);

}  // namespace twofold
