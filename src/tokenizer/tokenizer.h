#pragma once
// Text to token ids and back: one interface (<twofold/tokenizer_interface.h>), which each subfolder
// implements for its kind of tokenizer, and what the implementations share.

#include <cstddef>
#include <cstdint>
#include <span>

#include "twofold/tokenizer_interface.h"

namespace twofold {

/// Whether `span` has a byte of one of the `parts`.
bool overlaps(std::span<const ByteSpan> parts, const ByteSpan& span);

/// The bytes of the character that a text (UTF-8) begins with; 0 for an empty one.
size_t first_character(std::string_view text);

/// The tokens that a model expects in front of a text (with_special).
std::vector<int32_t> special_in_front(const Tokenizer& tokenizer);

/// Refuses an id outside [0, vocab_size), as every decode must.
void check_id(int32_t id, size_t index, int64_t vocab_size);

}  // namespace twofold
