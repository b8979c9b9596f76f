#pragma once
// Vocabularies in two files, as GPT-2's: tokens with their ids in one, merges in the other.

#include <nlohmann/json_fwd.hpp>

#include "base/files.h"
#include "tokenizer/load/beside.h"

namespace twofold {

/// The tokenizer.json that the pair stands for, without the tokens of the files beside it. The
/// files do not say how text is split: it is split in Qwen2's way if `beside` has tokenizer_class
/// Qwen2Tokenizer, or has no tokenizer_class and the vocabulary has Qwen2's size; otherwise in
/// GPT-2's way. Throws an Error that names the file.
nlohmann::json read_token_pair(const Path& vocabulary, const Path& merges,
                               const FilesBeside& beside);

}  // namespace twofold
