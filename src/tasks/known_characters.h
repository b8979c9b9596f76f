#pragma once
// The characters that a tokenizer has tokens for.

#include <cstdint>
#include <string>
#include <unordered_map>

#include "tokenizer/tokenizer.h"

namespace twofold::tasks {

class KnownCharacters {
 public:
  /// `unknown`: the id that stands for characters without a token.
  KnownCharacters(const Tokenizer& tokenizer, int32_t unknown)
      : tokenizer_(tokenizer), unknown_(unknown) {}

  /// The text without all others.
  std::string only(const std::string& text);

 private:
  bool is_known(const std::string& character, uint32_t code);

  const Tokenizer& tokenizer_;
  int32_t unknown_;
  std::unordered_map<uint32_t, bool> met_ = {};
};

}  // namespace twofold::tasks
