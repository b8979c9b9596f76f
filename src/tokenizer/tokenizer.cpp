#include "tokenizer/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace twofold {

size_t first_character(std::string_view text) {
  size_t bytes = std::min<size_t>(text.size(), 1);
  while (bytes < text.size() && (text[bytes] & 0xC0) == 0x80) ++bytes;
  return bytes;
}

void check_id(int32_t id, size_t index, int64_t vocab_size) {
  if (id >= 0 && id < vocab_size) return;
  fail({.what = "token id is outside the tokenizer's vocabulary",
        .where = fmt::format("token {} of the sequence", index),
        .expected = fmt::format("0 to {}", vocab_size - 1),
        .found = fmt::format("{}", id),
        .hint = "is this the tokenizer that the data and the model were made with?"});
}

bool overlaps(std::span<const ByteSpan> parts, const ByteSpan& span) {
  return std::ranges::any_of(parts, [&](const ByteSpan& part) {
    return std::max(part.begin, span.begin) < std::min(part.end, span.end);
  });
}

EncodedText Tokenizer::encode_with_offsets(std::string_view text,
                                           std::span<const ByteSpan> ordinary) const {
  EncodedText made{.ids = ordinary.empty() ? encode(text) : encode_ordinary(text), .offsets = {}};
  const std::span<const int32_t> ids = made.ids;
  std::string all;
  for (size_t i = 0; i < ids.size(); ++i) {
    // Some tokenizers drop the space in front of a first token: here none but the first is one.
    const std::string before = i == 0 ? "" : decode(ids.subspan(i - 1, 1));
    const std::string both = decode(ids.subspan(i == 0 ? 0 : i - 1, i == 0 ? 1 : 2));
    const size_t begin = all.size();
    all += both.starts_with(before) ? both.substr(before.size()) : both;
    made.offsets.push_back({begin, all.size()});
  }
  if (all == text) return made;
  fail({.what = "the tokens do not add up to the text: which part each stands for is not known",
        .where = "the tokenizer",
        .expected = "ids that decode to the text",
        .found = "other text",
        .hint = "take a tokenizer.json, a SentencePiece model or a rank file"});
}

std::vector<int32_t> special_in_front(const Tokenizer& tokenizer) {
  constexpr int32_t kText = -1;
  std::vector<int32_t> around = tokenizer.with_special({kText});
  around.erase(std::ranges::find(around, kText), around.end());
  return around;
}

}  // namespace twofold
