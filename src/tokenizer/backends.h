#pragma once
// What the backends of `tokenizer/backend` share. A backend is one line of kBackends in load/make.cpp
// and one function of its own layer.

#include <memory>

#include "tokenizer/tokenizer.h"

namespace twofold {

std::unique_ptr<Tokenizer> make_tiktoken_tokenizer(const TokenizerConfig& config);

/// Refuses an id outside [0, vocab_size), as every decode must.
void check_id(int32_t id, size_t index, int64_t vocab_size);

}  // namespace twofold
