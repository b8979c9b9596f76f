#include "chat/mask.h"

#include <algorithm>
#include <optional>

#include "tokenizer/load/characters.h"

namespace twofold::chat {
namespace {

/// The first token that holds a character; none if there is none.
std::optional<size_t> token_of(const Offsets& offsets, size_t character) {
  // Tokens are in the order of the text: those that end before the character come first.
  auto at = std::ranges::partition_point(
      offsets, [&](const jinja::Span& token) { return token.end <= character; });
  if (at == offsets.end() || at->begin > character) return std::nullopt;
  return static_cast<size_t>(at - offsets.begin());
}

void trim(jinja::Span& token, std::string_view piece, bool keeps_front) {
  const size_t length = token.end - token.begin;
  const size_t front = std::min(piece.find_first_not_of(' '), piece.size());
  const size_t back = piece.size() - (piece.find_last_not_of(' ') + 1);  // npos + 1 is 0
  if (!keeps_front) token.begin += std::min(front, length);
  token.end = std::max(token.begin, token.end - std::min(back, length));
}

}  // namespace

Offsets characters_of(std::span<const ByteSpan> tokens, std::string_view text,
                      const Trimming& trimming) {
  Offsets offsets;
  const std::vector<ByteSpan> characters = twofold::characters_of(text, tokens);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const auto& [begin, end] = characters[i];
    offsets.push_back({begin, end});
    if (!trimming.spaces) continue;
    trim(offsets.back(), text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin),
         trimming.keeps_first && begin == 0);
  }
  return offsets;
}

std::vector<int> mask_of(const Offsets& offsets, std::span<const jinja::Span> spans) {
  std::vector<int> mask(offsets.size(), 0);
  for (const jinja::Span& span : spans) {
    const std::optional<size_t> first = token_of(offsets, span.begin);
    if (!first) break;  // as transformers does
    const std::optional<size_t> last =
        span.end == 0 ? std::nullopt : token_of(offsets, span.end - 1);
    // Token 0 and none at all are one to it: both mean the end.
    const size_t end = last.value_or(0) != 0 ? *last + 1 : mask.size();
    for (size_t i = *first; i < end; ++i) mask[i] = 1;
  }
  return mask;
}

std::vector<uint8_t> trained_tokens(std::span<const ByteSpan> tokens, std::vector<ByteSpan> spans) {
  std::ranges::sort(spans, {}, &ByteSpan::begin);
  std::vector<uint8_t> mask(tokens.size(), 0);
  size_t first = 0;
  for (const ByteSpan& span : spans) {
    while (first < tokens.size() && tokens[first].end <= span.begin) ++first;
    for (size_t i = first; i < tokens.size() && tokens[i].begin < span.end; ++i) {
      if (tokens[i].begin < tokens[i].end) mask[i] = 1;
    }
  }
  return mask;
}

}  // namespace twofold::chat
