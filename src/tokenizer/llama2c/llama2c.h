#pragma once
// llama2.c's tokenizer.bin and tok512.bin: a SentencePiece BPE vocabulary with its scores.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// Ids: 0 is <unk>, then what begins and ends a text, then the 256 bytes, then the tokens.
inline constexpr int32_t kLlama2cBegin = 1, kLlama2cEnd = 2, kLlama2cFirstByte = 3;

struct Llama2cToken {
  float score;
  std::string_view text;  ///< inside the file's bytes; a space is a space
};

/// The tokens by id; none if `bytes` are not laid out as llama2.c writes them: int32 longest token,
/// then for each token float32 score, int32 bytes, the bytes; to the end of the file.
std::optional<std::vector<Llama2cToken>> read_llama2c(std::string_view bytes);
bool is_llama2c(std::string_view bytes);

/// The ids of run.c's encode() without <s> and </s>: a space in front, characters, their bytes
/// where a character is no token, then the merges of greatest score. Throws an Error, naming
/// `file`.
std::unique_ptr<Tokenizer> make_llama2c(std::string_view bytes, const std::string& file);

}  // namespace twofold
