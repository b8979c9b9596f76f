#pragma once
// The tokenizer that a tokenizer.json of Hugging Face's `tokenizers` describes, with exactly the
// same ids.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tokenizer/huggingface/added_tokens.h"
#include "tokenizer/huggingface/decoder.h"
#include "tokenizer/huggingface/model.h"
#include "tokenizer/huggingface/normalizer.h"
#include "tokenizer/huggingface/post_processor.h"
#include "tokenizer/huggingface/pre_tokenizer.h"
#include "tokenizer/tokenizer.h"

namespace twofold::hf {

/// Added tokens are cut out, the rest is normalized, cut into pieces, and encoded piece by piece.
/// "truncation" and "padding" are not applied: they are about batches, not about text. Text that is
/// not UTF-8 is repaired first, as Python's bytes.decode("utf-8", "replace") does.
class HuggingFaceTokenizer : public Tokenizer {
 public:
  /// Throws an Error naming the key for whatever is malformed or not supported.
  explicit HuggingFaceTokenizer(const JsonReader& file);

  std::vector<int32_t> encode(std::string_view text) const override;
  std::vector<int32_t> encode_ordinary(std::string_view text) const override;
  EncodedText encode_with_offsets(std::string_view text,
                                  std::span<const ByteSpan> ordinary) const override;
  std::vector<int32_t> with_special(std::vector<int32_t> ids) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  bool is_special(int32_t id) const override;
  /// The token that set_eot named; an Error if nothing did.
  int32_t eot_token() const override;
  int64_t vocab_size() const override { return vocab_size_; }

  /// The id of an added or ordinary token by its text.
  std::optional<int32_t> find(const std::string& token) const;
  void set_eot(int32_t id) { eot_ = id; }
  /// The id that `tokenizers` gives the next added token. In a vocabulary with gaps another token
  /// may have that id already.
  int64_t next_id() const;
  /// Adds tokens to look for. Call it only before the first use.
  void add(std::vector<AddedToken> tokens);

 private:
  struct Work;
  void encode(std::string_view text, Work& work) const;
  void encode_raw(std::string_view text, bool first, Work& work) const;
  void encode_normal(std::string_view text, const Cut& cut, bool first, Work& work) const;

  std::string file_;
  std::unique_ptr<Normalizer> normalizer_;  // may be null
  PreTokenization pre_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Decoder> decoder_;  // null: tokens are joined by spaces
  SpecialTokenTemplate around_;
  std::vector<AddedToken> added_;
  std::unordered_map<int32_t, const AddedToken*> added_by_id_;
  std::unique_ptr<TokenFinder> raw_tokens_, normal_tokens_;
  std::optional<int32_t> eot_;
  int64_t vocab_size_ = 0;
};

}  // namespace twofold::hf
