#pragma once
// Patterns of tokenizer.json are Oniguruma's; twofold has PCRE2. Where the two read a pattern
// differently it is rewritten, or refused.

#include <string>

#include "tokenizer/huggingface/json.h"

namespace twofold::hf {

/// The regular expression of a "pattern" object, {"String": text} or {"Regex": pattern}, in
/// PCRE2's terms.
std::string read_pattern(const JsonReader& node);

/// The literal text of a "pattern" object that is a {"String": text}; none for a {"Regex"}.
std::optional<std::string> literal_pattern(const JsonReader& node);

}  // namespace twofold::hf
