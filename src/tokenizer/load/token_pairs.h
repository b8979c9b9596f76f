#pragma once
// Vocabularies in two files, as GPT-2's: tokens with their ids in one, merges in the other.

#include <nlohmann/json_fwd.hpp>

#include "base/files.h"

namespace twofold {

/// The tokenizer.json that the pair stands for. How text is split is not in the files: Qwen2's way
/// if `settings` (tokenizer_config.json, or null) has tokenizer_class Qwen2Tokenizer, or without it
/// if the vocabulary is Qwen2's; otherwise GPT-2's. Added tokens are those that `settings` lists,
/// else <|endoftext|>. Throws an Error that names the file.
nlohmann::json read_token_pair(const Path& vocabulary, const Path& merges,
                               const nlohmann::json& settings);

}  // namespace twofold
