#pragma once
// What a tokenizer is: text to token ids and back.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twofold {

/// Bytes begin … end of a text.
struct ByteSpan {
  size_t begin = 0, end = 0;
  bool operator==(const ByteSpan&) const = default;
};

/// Ids, and the bytes of the text that each stands for, in the order of the text. A token of a part
/// of a character stands for its bytes or for the whole character; a space that is put in front of
/// a text for the first character, as that does.
struct EncodedText {
  std::vector<int32_t> ids = {};
  std::vector<ByteSpan> offsets = {};
};

/// Thread-safe once built: all calls are const.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// Ids of `text`; special tokens written in the text become their ids.
  virtual std::vector<int32_t> encode(std::string_view text) const = 0;
  /// Ids of `text`; special tokens written in the text are ordinary characters.
  virtual std::vector<int32_t> encode_ordinary(std::string_view text) const = 0;
  /// Ids of `text`, which is UTF-8, with their offsets. Special tokens that are written in the text
  /// become their ids, except where they touch one of the parts `ordinary`. As it is here, it works
  /// by what the ids decode to: an Error if that is not the text.
  virtual EncodedText encode_with_offsets(std::string_view text,
                                          std::span<const ByteSpan> ordinary = {}) const;
  /// Bytes of the ids (may be invalid UTF-8 in the middle of a character).
  virtual std::string decode(std::span<const int32_t> ids) const = 0;
  /// `ids` of a text between the tokens that a model expects around it (<s> and the like).
  virtual std::vector<int32_t> with_special(std::vector<int32_t> ids) const { return ids; }
  /// Whether `id` is a special token, a mark that is not text.
  virtual bool is_special(int32_t id) const { return id == eot_token(); }
  /// False for ids that no token has: a model may have more rows than its tokenizer has tokens.
  virtual bool has_token(int32_t id) const { return id >= 0 && id < vocab_size(); }
  virtual int32_t eot_token() const = 0;   ///< ends a document
  virtual int64_t vocab_size() const = 0;  ///< every id is below this
};

}  // namespace twofold
