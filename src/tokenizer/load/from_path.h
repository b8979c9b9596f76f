#pragma once
// The files of a tokenizer in a model's folder (tokenizer_from_path: <twofold/tokenizer.h>).

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "tokenizer/load/beside.h"
#include "tokenizer/load/extended.h"
#include "twofold/tokenizer.h"

namespace twofold {

/// The file that a tokenizer is made of, told apart by what is in it.
struct TokenizerFile {
  enum class Kind { kJson, kSentencePiece, kRanks, kLlama2c };
  Kind kind;
  Path path;
  std::string bytes = {};        ///< the file's contents; empty for kJson
  nlohmann::json document = {};  ///< kJson: tokenizer.json, or what a pair of files stands for
  bool pair = false;             ///< kJson: of a pair
  FilesBeside beside = {};       ///< not of kLlama2c: its programs read nothing else
  /// What those say that the file does not; of kJson only the end of a document, the rest is in the
  /// document.
  TokenizerExtension extension = {};
};

/// `path`: a folder, in which tokenizer.json, tokenizer.model, vocab.json with merges.txt,
/// encoder.json with vocab.bpe, or tokenizer.bin are looked for, in that order; or one of those
/// files: tokenizer.json, a SentencePiece model, a tiktoken rank file, a vocabulary of llama2.c, or
/// one of a pair whose other file lies beside it; with what the files beside say of it, as
/// transformers reads them (beside.h). Throws an Error for anything else.
TokenizerFile find_tokenizer_file(const Path& path);
/// The file that find_tokenizer_file opens first: `path` itself, or the one in the folder.
Path tokenizer_file_at(const Path& path);

/// The names that are looked for in a folder, and whether one of them is there.
const std::vector<std::string>& tokenizer_file_names();
bool holds_tokenizer(const Path& folder);

/// The text of the token that ends a document where no file says it: the first of the names that
/// the known families give it that `knows` accepts. Empty if there is none.
std::string usual_end(const std::function<bool(const std::string&)>& knows);

}  // namespace twofold
