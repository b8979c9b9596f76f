#pragma once
// Offsets as programs in Python count them.

#include <span>
#include <string_view>
#include <vector>

#include "twofold/tokenizer_interface.h"

namespace twofold {

/// Bytes of `text` (valid UTF-8) as characters: a part of a character is the whole of it.
std::vector<ByteSpan> characters_of(std::string_view text, std::span<const ByteSpan> offsets);

}  // namespace twofold
