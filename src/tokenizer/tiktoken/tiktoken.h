#pragma once
// The tiktoken backend: an encoding's pattern cuts text into pieces, byte-pair ranks encode each.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "tokenizer/bpe/rank_table.h"
#include "tokenizer/tiktoken/encodings.h"
#include "tokenizer/tokenizer.h"
#include "unicode/regex.h"

namespace twofold {

/// Exactly tiktoken's ids. Text that is not UTF-8 is encoded as Python's tiktoken would encode
/// bytes.decode("utf-8", "replace") of it: ill-formed parts become U+FFFD. An id inside the
/// vocabulary that no token has (cl100k_base has a few) decodes to U+FFFD.
class TiktokenTokenizer : public Tokenizer {
 public:
  /// Throws an Error, naming `file`, if a special token's id is also a rank.
  TiktokenTokenizer(Encoding encoding, RankTable ranks, const std::string& file);

  std::vector<int32_t> encode(std::string_view text) const override;
  std::vector<int32_t> encode_ordinary(std::string_view text) const override;
  EncodedText encode_with_offsets(std::string_view text,
                                  std::span<const ByteSpan> ordinary) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  bool is_special(int32_t id) const override { return special_texts_.contains(id); }
  bool has_token(int32_t id) const override {
    return is_special(id) || (id >= 0 && ranks_.bytes_of(static_cast<uint32_t>(id)));
  }
  int32_t eot_token() const override { return eot_; }
  int64_t vocab_size() const override { return vocab_size_; }

 private:
  std::vector<int32_t> encode(std::string_view text, std::span<const ByteSpan> ordinary) const;
  void append_ordinary(RegexScan& scan, std::string_view text, std::vector<int32_t>& ids) const;

  RankTable ranks_;
  Regex pieces_;
  Regex specials_;  // any special token's text
  std::map<std::string, int32_t, std::less<>> special_ids_;
  std::map<int32_t, std::string> special_texts_;
  int32_t eot_ = 0;
  int64_t vocab_size_ = 0;
};

/// The tokenizer of the encoding called `name`, whose ranks are found by find_rank_file.
std::unique_ptr<Tokenizer> make_tiktoken_tokenizer(const std::string& name,
                                                   const std::string& file);

/// `file` if it is not empty; else the first of the encoding's file names in $TIKTOKEN_CACHE_DIR
/// and the current folder. Throws an Error that lists where it looked.
Path find_rank_file(const std::string& file, const Encoding& encoding);

/// The tokenizer of a rank file; the number of ranks tells the encoding. Throws an Error if no
/// encoding has that many.
std::unique_ptr<Tokenizer> tiktoken_from_file(const Path& path);

}  // namespace twofold
