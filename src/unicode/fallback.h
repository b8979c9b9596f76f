#pragma once
// Characters that are younger than the tables of PCRE2.

#include <string>
#include <string_view>

namespace twofold {

/// `text` (valid UTF-8), or a copy in `storage` where every character that `tokenizers` and
/// tiktoken know and PCRE2 10.42 (Unicode 14) does not is an older one of the same general
/// category, the same script where patterns may ask for it, and as many bytes. For patterns that
/// ask for kinds of characters; offsets stay the same.
std::string_view with_stand_ins(std::string_view text, std::string& storage);

}  // namespace twofold
