// Text to ids and back, one JSON object a line.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tokenizer/load/characters.h"
#include "twofold/tokenizer.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

/// The ids, each known to the tokenizer.
std::vector<int32_t> known_ids(const Tokenizer& tokenizer, std::span<const int64_t> ids,
                               const std::string& where) {
  const int64_t end = std::min<int64_t>(tokenizer.vocab_size(), int64_t{1} << 31);
  std::vector<int32_t> known;
  for (const int64_t id : ids) {
    if (id < 0 || id >= end) {
      fail({.what = "the tokenizer has no such id",
            .where = where,
            .expected = fmt::format("ids from 0 to {}", end - 1),
            .found = fmt::format("{}", id),
            .hint = "decode with the tokenizer that the ids are from"});
    }
    known.push_back(static_cast<int32_t>(id));
  }
  return known;
}

/// With the tokens around the text, if they are wanted; offsets in characters.
EncodedText encode_with_places(const Tokenizer& tokenizer, const EncodeOptions& options,
                               std::string_view text) {
  std::string storage;
  text = as_utf8(text, storage);
  const ByteSpan whole{0, text.size()};
  EncodedText made = tokenizer.encode_with_offsets(
      text, std::span(&whole, options.ordinary ? size_t{1} : size_t{0}));
  made.offsets = characters_of(text, made.offsets);
  if (!options.add_special) return made;
  made.ids = tokenizer.with_special(std::move(made.ids));
  made.offsets.insert(made.offsets.begin(), special_in_front(tokenizer).size(), ByteSpan{});
  made.offsets.resize(made.ids.size());
  return made;
}

std::string shown(const std::vector<ByteSpan>& offsets) {
  std::string text;
  for (const ByteSpan& span : offsets) {
    text += fmt::format("{}[{},{}]", text.empty() ? "" : ",", span.begin, span.end);
  }
  return text;
}

}  // namespace

bool begins_twice(const Tokenizer& tokenizer, std::span<const int32_t> ids) {
  const std::vector<int32_t> front = special_in_front(tokenizer);
  return !front.empty() && ids.size() > 1 && ids[0] == front[0] && ids[1] == front[0];
}

std::string encode_line(const Tokenizer& tokenizer, const EncodeOptions& options,
                        std::string_view text) {
  std::string places;
  std::vector<int32_t> ids;
  if (options.offsets) {
    EncodedText encoded = encode_with_places(tokenizer, options, text);
    places = fmt::format(R"(,"offsets":[{}])", shown(encoded.offsets));
    ids = std::move(encoded.ids);
  } else {
    ids = options.ordinary ? tokenizer.encode_ordinary(text) : tokenizer.encode(text);
    if (options.add_special) ids = tokenizer.with_special(std::move(ids));
  }
  if (options.add_special && options.warn && begins_twice(tokenizer, ids)) {
    options.warn(
        fmt::format("the text begins with the token that begins a text twice (id {}): it "
                    "spells it, and it is put in front as well",
                    ids[0]));
  }
  return fmt::format(R"({{"ids":[{}]{}}})", fmt::join(ids, ","), places);
}

std::string decode_line(const Tokenizer& tokenizer, const DecodeOptions& options,
                        std::span<const int64_t> given, const std::string& where) {
  std::vector<int32_t> ids = known_ids(tokenizer, given, where);
  if (options.skip_special) {
    std::erase_if(ids, [&](int32_t id) { return tokenizer.is_special(id); });
  }
  std::string storage;
  const std::string decoded = tokenizer.decode(ids);
  const nlohmann::json text = std::string(as_utf8(decoded, storage));
  return fmt::format(R"({{"text":{}}})", text.dump());
}

}  // namespace twofold
