#pragma once
// Patterns of tokenizer.json are written for Oniguruma; twofold uses PCRE2. A pattern that the two
// would read differently is rewritten or refused.

#include <string>

#include "tokenizer/huggingface/json.h"

namespace twofold::hf {

/// The regular expression of a "pattern" object, {"String": text} or {"Regex": pattern}, in
/// PCRE2's terms.
std::string read_pattern(const JsonReader& node);

/// The literal text of a "pattern" object that is a {"String": text}; none for a {"Regex"}.
std::optional<std::string> literal_pattern(const JsonReader& node);

}  // namespace twofold::hf
