#pragma once
// A tokenizer from whatever a model's folder holds.

#include <memory>

#include "base/files.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

/// `path`: a folder, in which tokenizer.json, tokenizer.model, vocab.json with merges.txt,
/// encoder.json with vocab.bpe, or tokenizer.bin are looked for, in that order; or one of those
/// files, told apart by what is in it: tokenizer.json, a SentencePiece model, a tiktoken rank file
/// of a known encoding, a vocabulary of llama2.c, or one of a pair whose other file lies beside it.
/// Throws an Error for anything else.
std::unique_ptr<Tokenizer> tokenizer_from_path(const Path& path);

}  // namespace twofold
