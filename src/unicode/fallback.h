#pragma once
// Characters that are newer than the Unicode tables of PCRE2.

#include <string>
#include <string_view>

namespace twofold {

/// `text` (valid UTF-8) as a pattern with character classes such as \p{L} is to see it: `text`
/// itself, or, if anything must change, a copy in `storage`. Each character that `tokenizers` and
/// tiktoken know and PCRE2 10.42 (Unicode 14) does not is replaced by an older one of the same
/// general category, of the same script where patterns may ask for it, and of the same number of
/// bytes, so that offsets stay the same.
std::string_view with_older_characters(std::string_view text, std::string& storage);

}  // namespace twofold
