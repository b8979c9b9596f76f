#pragma once
// Which tokens of a rendered conversation a model is to learn to write.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "jinja/template.h"
#include "twofold/tokenizer_interface.h"

namespace twofold::chat {

/// Characters begin … end of a text, as a token stands for them.
using Offsets = std::vector<jinja::Span>;

/// The spaces around a token that belong to no token.
struct Trimming {
  bool spaces = false;
  bool keeps_first = false;  ///< but for those in front of the text
};

/// The characters of each token of `text`, given its bytes.
Offsets characters_of(std::span<const ByteSpan> tokens, std::string_view text,
                      const Trimming& trimming);

/// A 1 for each token of a span, as transformers' return_assistant_tokens_mask has it: from the
/// token of its first character to that of its last.
std::vector<int> mask_of(const Offsets& offsets, std::span<const jinja::Span> spans);

/// A 1 for each token that has a byte in one of the spans.
std::vector<uint8_t> trained_tokens(std::span<const ByteSpan> tokens, std::vector<ByteSpan> spans);

}  // namespace twofold::chat
