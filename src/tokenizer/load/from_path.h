#pragma once
// The files of a tokenizer in a model's folder (tokenizer_from_path: <twofold/tokenizer.h>).

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "twofold/tokenizer.h"

namespace twofold {

/// The file that a tokenizer is made of, told apart by what is in it.
struct TokenizerFile {
  enum class Kind { kJson, kSentencePiece, kRanks, kLlama2c };
  Kind kind;
  Path path;
  std::string bytes = {};        ///< the file's contents; empty for kJson
  nlohmann::json document = {};  ///< kJson: tokenizer.json, or what a pair of files stands for
  nlohmann::json settings = {};  ///< kJson: tokenizer_config.json beside it, or null
};

/// `path`: a folder, in which tokenizer.json, tokenizer.model, vocab.json with merges.txt,
/// encoder.json with vocab.bpe, or tokenizer.bin are looked for, in that order; or one of those
/// files: tokenizer.json, a SentencePiece model, a tiktoken rank file, a vocabulary of llama2.c, or
/// one of a pair whose other file lies beside it. Throws an Error for anything else.
TokenizerFile find_tokenizer_file(const Path& path);
/// The file that find_tokenizer_file opens first: `path` itself, or the one in the folder.
Path tokenizer_file_at(const Path& path);

/// The names that are looked for in a folder, and whether one of them is there.
const std::vector<std::string>& tokenizer_file_names();
bool holds_tokenizer(const Path& folder);

/// The text of the token that ends a document: the eos_token of `settings`, or else the first of
/// the names that the known families give it; only one that `knows` accepts. Empty if there is
/// none.
std::string end_of_document(const nlohmann::json& settings,
                            const std::function<bool(const std::string&)>& knows);

}  // namespace twofold
