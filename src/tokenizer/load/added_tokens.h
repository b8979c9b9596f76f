#pragma once
// Tokens of the user's own on top of a tokenizer: `tokenizer/add_tokens`.

#include <memory>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// The tokenizer with `texts` as tokens, ids from its size on in their order. They are cut out of a
/// text before the tokenizer sees it, leftmost first, the longest of those; they are text: no
/// setting skips them. Throws an Error naming each text that is empty, given twice, or a token
/// already, and for ids that do not exist (the `trivial` backend has all of them).
std::unique_ptr<Tokenizer> with_added_tokens(std::unique_ptr<Tokenizer> tokenizer,
                                             const std::vector<std::string>& texts);

}  // namespace twofold
