#pragma once
// The tokens that are cut out of texts: those of the tokenizer's file, and those of the files
// beside.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tokenizer/load/beside.h"

namespace twofold {

/// A vocabulary that tokens are added to.
struct Vocabulary {
  std::function<std::optional<int64_t>(const std::string&)> find;  ///< the id of a text
  int64_t size = 0;                                                ///< the first id that is free
  bool renamed = false;  ///< a listed token may take the id of one that it replaces
};

/// `own`, the tokens that the tokenizer's file itself has cut out of texts, and those beside it. A
/// new one has the id that transformers gives it: the vocabulary's, else the next one. Throws an
/// Error for one that is listed with another.
std::vector<hf::AddedToken> with_tokens_beside(std::vector<hf::AddedToken> own,
                                               const FilesBeside& beside,
                                               const Vocabulary& vocabulary);

/// The id of what the files say ends a document, if they do and it is a token. `tokens`: all that
/// are cut out of texts.
std::optional<int32_t> end_beside(const FilesBeside& beside,
                                  const std::vector<hf::AddedToken>& tokens,
                                  const Vocabulary& vocabulary);

}  // namespace twofold
