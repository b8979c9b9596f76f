#pragma once
// Examples to token ids, and which of these are trained on.

#include <cstdint>
#include <vector>

#include "data/forms/example.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

struct Encoded {
  std::vector<int32_t> ids = {};
  std::vector<char> trained = {};  ///< of each id: 1 if it is trained on, else 0
  bool ended = false;              ///< the last one is the mark of its end
};

/// The tokens of an example, special tokens in its texts being ordinary characters, with the
/// special tokens that a model expects around a text if the settings ask for them. Of a prompt and
/// its completion, the completion and the end-of-text token behind it are trained on.
Encoded encode(const TokenizeConfig& config, const Tokenizer& tokenizer,
               const forms::Example& example);

}  // namespace twofold
