#pragma once
// What turns one piece of text into ids: the "model" of tokenizer.json.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/bpe/rank_table.h"
#include "tokenizer/huggingface/json.h"
#include "twofold/tokenizer_interface.h"

namespace twofold::hf {

/// Thread-safe once built.
class Model {
 public:
  virtual ~Model() = default;
  /// Appends the ids of `piece` (valid UTF-8, not empty) to `ids`.
  virtual void encode(std::string_view piece, std::vector<int32_t>& ids) const = 0;
  /// Appends the bytes of `piece` that each of its ids stands for: those from encode() alone.
  virtual void offsets(std::string_view piece, std::span<const int32_t> ids,
                       std::vector<ByteSpan>& spans) const = 0;
  /// The tokens as the file writes them, by id.
  virtual const RankTable& vocabulary() const = 0;
};

/// BPE or Unigram. `byte_level`: pieces are bytes that the vocabulary writes in GPT-2's alphabet.
/// Throws an Error for any other type and for whatever twofold would encode differently from
/// `tokenizers`.
std::unique_ptr<Model> make_model(const JsonReader& node, bool byte_level);
std::unique_ptr<Model> make_bpe(const JsonReader& node, bool byte_level);
std::unique_ptr<Model> make_unigram(const JsonReader& node, bool byte_level);

}  // namespace twofold::hf
