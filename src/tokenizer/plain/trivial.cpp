// For text that consists of token ids: decimal numbers, one space between them. Id 0 ends a
// document.

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "base/error.h"
#include "tokenizer/plain/plain.h"

namespace twofold {
namespace {

int32_t parse_id(std::string_view piece, size_t byte) {
  int32_t id = 0;
  const char* end = piece.data() + piece.size();
  const auto [stop, error] = std::from_chars(piece.data(), end, id);
  if (error == std::errc() && stop == end && id >= 0) return id;
  fail({.what = "not a token id",
        .where = fmt::format("byte {} of the text", byte),
        .expected = fmt::format("numbers from 0 to {}, one space between them",
                                std::numeric_limits<int32_t>::max()),
        .found = fmt::format("`{}`", piece.substr(0, 40)),
        .hint = "tokenizer/backend=trivial reads ids, not prose; use bytes or tiktoken for text"});
}

class TrivialTokenizer : public Tokenizer {
 public:
  std::vector<int32_t> encode(std::string_view text) const override {
    return encode_ordinary(text);
  }

  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    return encode_with_offsets(text, {}).ids;
  }

  EncodedText encode_with_offsets(std::string_view text,
                                  std::span<const ByteSpan> /*ordinary*/) const override {
    EncodedText made;
    for (size_t begin = 0; !text.empty() && begin <= text.size();) {
      const size_t end = std::min(text.find(' ', begin), text.size());
      made.ids.push_back(parse_id(text.substr(begin, end - begin), begin));
      made.offsets.push_back({begin, end});
      begin = end + 1;
    }
    return made;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    for (size_t i = 0; i < ids.size(); ++i) check_id(ids[i], i, vocab_size());
    return fmt::format("{}", fmt::join(ids, " "));
  }

  int32_t eot_token() const override { return 0; }
  /// Any number is a token: the model's vocabulary is the only bound.
  int64_t vocab_size() const override { return int64_t{std::numeric_limits<int32_t>::max()} + 1; }
};

}  // namespace

std::unique_ptr<Tokenizer> make_trivial_tokenizer() { return std::make_unique<TrivialTokenizer>(); }

}  // namespace twofold
