#pragma once
// A tokenizer with more tokens than it knows itself, and with what is put around its texts.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tokenizer/huggingface/added_tokens.h"
#include "tokenizer/huggingface/post_processor.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

/// Which of the texts between the tokens are given a space in front, unless they begin with one:
/// the one that begins the whole text, or each.
enum class SpacePrefix { kNone, kFirst, kEach };

struct TokenizerExtension {
  std::vector<hf::AddedToken> tokens = {};
  std::optional<SpacePrefix> prefix = {};  ///< none: the inner tokenizer's own way
  bool strips = false;   ///< SentencePiece strips spaces in front: they are taken off beforehand
  bool repairs = false;  ///< text that is not UTF-8 is repaired first, as for a tokenizer.json
  std::optional<hf::SpecialTokenTemplate> around = {};  ///< none: the inner tokenizer's
  std::optional<int32_t> end = {};                      ///< likewise
};

/// The tokens are cut out of a text before the inner tokenizer sees it, leftmost first, the longest
/// of those; special ones only where special tokens are looked for.
class ExtendedTokenizer : public Tokenizer {
 public:
  ExtendedTokenizer(std::unique_ptr<Tokenizer> inner, TokenizerExtension extension);

  std::vector<int32_t> encode(std::string_view text) const override;
  std::vector<int32_t> encode_ordinary(std::string_view text) const override;
  EncodedText encode_with_offsets(std::string_view text,
                                  std::span<const ByteSpan> ordinary) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  std::vector<int32_t> with_special(std::vector<int32_t> ids) const override;
  bool is_special(int32_t id) const override;
  int32_t eot_token() const override;
  int64_t vocab_size() const override { return vocab_size_; }

  /// The id of a token that is cut out.
  std::optional<int32_t> find(const std::string& text) const;
  /// More tokens; before the first use only.
  void add(std::vector<hf::AddedToken> tokens);

 private:
  struct Work;
  void encode(std::string_view text, Work& work) const;
  /// The text between two tokens.
  void encode_between(std::string_view whole, const ByteSpan& part, Work& work) const;
  const hf::AddedToken* token_of(int32_t id) const;

  std::unique_ptr<Tokenizer> inner_;
  TokenizerExtension extension_;
  std::unordered_map<int32_t, size_t> places_;  // in extension_.tokens, by id
  std::unique_ptr<hf::TokenFinder> finder_;
  int64_t vocab_size_ = 0;
};

}  // namespace twofold
