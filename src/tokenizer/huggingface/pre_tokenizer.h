#pragma once
// How text is cut into the pieces that a model encodes one by one: the "pre_tokenizer" of
// tokenizer.json.

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/huggingface/edits.h"
#include "tokenizer/huggingface/json.h"

namespace twofold::hf {

struct MadeText;

struct Piece {
  std::string_view text;
  bool first = false;              ///< it begins the text that was given to the tokenizer
  const MadeText* made = nullptr;  ///< what it is a part of; null: the text itself
};

/// A text that a pre-tokenizer made of a piece.
struct MadeText {
  std::string text;
  Piece of;
  Edits edits = {};
};

/// Pieces in order, none of them empty, and the memory of texts that pre-tokenizers made.
struct Pieces {
  std::vector<Piece> list;
  std::deque<MadeText> made;
  bool with_edits = false;  ///< whether places are asked for: in_source()
};

/// The bytes of `source`, the text that the pieces are of, that those of a piece stand for.
ByteSpan in_source(const Piece& piece, ByteSpan span, std::string_view source);

/// Thread-safe: never changed once built.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  virtual void apply(Pieces& pieces) const = 0;
};

/// The steps in order. `byte_level`: the file's last step is ByteLevel, which writes each byte as a
/// character of GPT-2's alphabet; the model does this, so that no step here does.
struct PreTokenization {
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  bool byte_level = false;
};

/// Sequence, ByteLevel (last only), Split, Metaspace, Digits, WhitespaceSplit. Any other is an
/// Error that names it.
PreTokenization make_pre_tokenizer(const JsonReader& node);

}  // namespace twofold::hf
