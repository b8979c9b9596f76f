#pragma once
// llama2.c's tokenizer.bin and tok512.bin: a SentencePiece BPE vocabulary with its scores.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// Ids: 0 is <unk>, 1 and 2 begin and end a text, 3 to 258 are the 256 bytes, then come the tokens.
inline constexpr int32_t kLlama2cBegin = 1, kLlama2cEnd = 2, kLlama2cFirstByte = 3;

struct Llama2cToken {
  float score;
  std::string_view text;  ///< inside the file's bytes; a space is written as a space, not as U+2581
};

/// The tokens by id; none if `bytes` are not laid out as llama2.c writes them: int32 length of the
/// longest token, then for each token float32 score, int32 length in bytes, the bytes; to the end
/// of the file.
std::optional<std::vector<Llama2cToken>> read_llama2c(std::string_view bytes);
bool is_llama2c(std::string_view bytes);

/// A tokenizer with the ids of run.c's encode(), without <s> and </s>: a space is put before the
/// text; each character becomes a token, or its bytes if it is none; then pairs are joined,
/// greatest score first. Throws an Error, naming `file`.
std::unique_ptr<Tokenizer> make_llama2c(std::string_view bytes, const std::string& file);

}  // namespace twofold
