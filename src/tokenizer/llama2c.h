#pragma once
// llama2.c's tokenizer.bin and tok512.bin: a SentencePiece BPE vocabulary with its scores.

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// True if `bytes` are laid out as llama2.c writes them: int32 longest token, then for each token
/// float32 score, int32 bytes, the bytes; to the end of the file.
bool is_llama2c(std::string_view bytes);

/// The ids of run.c's encode() without <s> and </s>: a space in front, characters, their bytes
/// where a character is no token, then the merges of greatest score. Throws an Error, naming
/// `file`.
std::unique_ptr<Tokenizer> make_llama2c(std::string_view bytes, const std::string& file);

}  // namespace twofold
