#pragma once
// What tokenizer/add_tokens asks of a model: rows for the new tokens.

#include <optional>
#include <string>
#include <vector>

#include "model/hf/hugging_face.h"
#include "tokenizer/config.h"
#include "twofold/lora/lora.h"
#include "twofold/observer.h"

namespace twofold {

struct AddedVocabulary {
  NewTokens tokens;
  std::optional<int64_t> held;  ///< rows of the tables in the weights; empty without weights
  bool restored = false;        ///< the weights' folder is gone: a checkpoint has the rows
};

/// Works out the ids of the added tokens, for which it loads the tokenizer. If `model` has weights
/// (and their architecture), enlarges its vocab_size to hold all tokens. `wanted` is the vocab_size
/// that the user set, if any. Throws an Error if `wanted` is not the vocab_size that the weights
/// and the new tokens need, if the weights lack rows for the tokenizer's own tokens, or if a model
/// without weights is too small. Does nothing if no tokens are added.
AddedVocabulary resolve_vocabulary(const TokenizerConfig& tokenizer, std::optional<int64_t> wanted,
                                   ModelConfig& model);
/// The new tokens in one line, for people.
std::string describe(const AddedVocabulary& vocabulary, const ModelConfig& model);

/// The ids of the new tokens for every table that has one row per token.
RowIds rows_of(const NewTokens& tokens, const ParameterTree& parameters);

/// A warning that names the new tokens that did not occur in the data of phase number `phase`, so
/// that their rows have not changed; empty if all of them occurred.
std::string unseen_tokens_text(const ParameterTree& parameters, const NewTokens& tokens,
                               const TokenizerConfig& tokenizer, int phase);

/// Tokens, ids, and where their rows come from.
Table new_tokens_table(const AddedVocabulary& vocabulary, const TokenizerConfig& tokenizer,
                       const ModelConfig& model);

}  // namespace twofold
