// One token for each byte: any bytes can be encoded and are decoded unchanged. Id 256 ends a
// document.

#include "tokenizer/plain/plain.h"

namespace twofold {
namespace {

class BytesTokenizer : public Tokenizer {
 public:
  std::vector<int32_t> encode(std::string_view text) const override {
    return encode_ordinary(text);
  }

  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    std::vector<int32_t> ids;
    ids.reserve(text.size());
    for (char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }

  EncodedText encode_with_offsets(std::string_view text,
                                  std::span<const ByteSpan> /*ordinary*/) const override {
    EncodedText made{.ids = encode_ordinary(text), .offsets = {}};
    for (size_t at = 0; at < text.size(); ++at) made.offsets.push_back({at, at + 1});
    return made;
  }

  /// The end of a document has no bytes.
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    text.reserve(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      check_id(ids[i], i, vocab_size());
      if (ids[i] != kEot) text.push_back(static_cast<char>(ids[i]));
    }
    return text;
  }

  int32_t eot_token() const override { return kEot; }
  int64_t vocab_size() const override { return kEot + 1; }

 private:
  static constexpr int32_t kEot = 256;
};

}  // namespace

std::unique_ptr<Tokenizer> make_bytes_tokenizer() { return std::make_unique<BytesTokenizer>(); }

}  // namespace twofold
