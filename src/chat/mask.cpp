#include "chat/mask.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "unicode/character.h"

namespace twofold::chat {
namespace {

/// The bytes that each token adds to the text of those before it.
std::vector<std::string> pieces_of(const Tokenizer& tokenizer, std::span<const int32_t> ids,
                                   std::string_view text) {
  std::vector<std::string> pieces;
  std::string all;
  for (size_t i = 0; i < ids.size(); ++i) {
    // Some tokenizers drop the space in front of a first token: here none but the first is one.
    const std::string before = i == 0 ? "" : tokenizer.decode(ids.subspan(i - 1, 1));
    const std::string both = tokenizer.decode(ids.subspan(i == 0 ? 0 : i - 1, i == 0 ? 1 : 2));
    pieces.push_back(both.starts_with(before) ? both.substr(before.size()) : both);
    all += pieces.back();
  }
  if (all == text) return pieces;
  fail({.what = "the tokens do not add up to the text: which of them are generated is not known",
        .hint = "use a template without {% generation %} blocks"});
}

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

Offsets offsets_of(const Tokenizer& tokenizer, std::span<const int32_t> ids, std::string_view text,
                   const Trimming& trimming) {
  Offsets offsets;
  size_t at = 0;       // byte of the text
  size_t started = 0;  // characters that begin before it
  for (const std::string& piece : pieces_of(tokenizer, ids, text)) {
    const bool inside = at < text.size() && (text[at] & 0xC0) == 0x80;
    const size_t begin = inside ? started - 1 : started;
    started += count_characters(piece);
    at += piece.size();
    offsets.push_back({begin, started});
    if (trimming.spaces) trim(offsets.back(), piece, trimming.keeps_first && begin == 0);
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

}  // namespace twofold::chat
