#pragma once
// Tokens that are cut out of the text before anything else looks at it: the "added_tokens" of
// tokenizer.json.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/bpe/rank_table.h"
#include "tokenizer/huggingface/json.h"
#include "tokenizer/huggingface/normalizer.h"
#include "twofold/tokenizer_interface.h"
#include "unicode/regex.h"

namespace twofold::hf {

struct AddedToken {
  int32_t id = 0;
  std::string content;
  std::string pattern;  ///< what is looked for: the content, normalized if `normalized`
  bool single_word = false, lstrip = false, rstrip = false, normalized = false, special = false;
};

/// A segment of text: an added token, or what lies between (id < 0).
struct Cut {
  int32_t id;
  size_t begin, end;
};

/// Whether a special token at these bytes is text like any other.
using Ordinary = std::function<bool(const ByteSpan& place)>;

/// Finds a given set of added tokens in text: the leftmost first, and of several at one place the
/// longest.
class TokenFinder {
 public:
  explicit TokenFinder(std::vector<const AddedToken*> tokens);

  /// Appends the segments of `text` (none is empty) to `cuts`. Special tokens for which `ordinary`
  /// is true are left as text, but that text still hides other tokens that begin inside it, as in
  /// `tokenizers`.
  void cut(std::string_view text, const Ordinary& ordinary, std::vector<Cut>& cuts) const;

 private:
  const AddedToken* match(std::string_view text, size_t at) const;
  bool is_single_word(std::string_view text, size_t begin, size_t end) const;
  /// Widens the match [begin, end) over the white space beside it, as the token's lstrip and rstrip
  /// say, but not to the left of `from`.
  void widen(const AddedToken& token, std::string_view text, size_t from, size_t& begin,
             size_t& end) const;

  std::array<std::vector<const AddedToken*>, 256> by_first_byte_;  // longest first
  bool any_ = false;
  Regex word_, space_;  // each matches one character
};

/// The text and the flags of a token, wherever it is listed; without its id.
AddedToken read_added_token(const JsonReader& node);
/// Reads "added_tokens". `vocabulary`: the model's. Throws an Error for an id or content given
/// twice, and for an id that is not the one `tokenizers` would give the token: the model's own,
/// else the next free one.
std::vector<AddedToken> read_added_tokens(const JsonReader& file, const RankTable& vocabulary,
                                          const Normalizer* normalizer);

}  // namespace twofold::hf
