#pragma once
// Tokens of the user's own on top of a tokenizer: `tokenizer/add_tokens`.

#include <memory>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// The tokenizer with `texts` as tokens, ids from its size on in their order. They are cut out of a
/// text before the tokenizer sees it, leftmost first, the longest of those. They are not special
/// tokens, so that decoding never leaves them out. Throws an Error naming each text that is empty,
/// given twice, or a token already, and if the ids from its size on are not free (in the `trivial`
/// backend every id is a token).
std::unique_ptr<Tokenizer> with_added_tokens(std::unique_ptr<Tokenizer> tokenizer,
                                             const std::vector<std::string>& texts);

}  // namespace twofold
