#pragma once
// The tokenizer that the settings name.

#include <memory>

#include "tokenizer/config.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

/// `bytes` (256 bytes, EOT = 256), `trivial` (integers separated by spaces, EOT = 0), `tiktoken`,
/// `huggingface` (any that tokenizer_from_path reads; nothing is downloaded); `add_tokens` are
/// added as with_added_tokens does. Throws an Error for an unknown or unreadable one.
std::unique_ptr<Tokenizer> make_tokenizer(const TokenizerConfig& config);

}  // namespace twofold
