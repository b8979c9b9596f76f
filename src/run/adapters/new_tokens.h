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
  std::optional<int64_t> held;  ///< rows of the weights' tables, where there are weights
};

/// Makes `model`, whose architecture is that of its weights (if it has any), as large as the
/// tokenizer and its added tokens; the tokenizer is loaded for that, if it is given any. `wanted`:
/// the vocab_size that the user set. Throws an Error if that is another, if weights lack rows for
/// the tokenizer's own tokens, and if a model without weights is too small.
AddedVocabulary resolve_vocabulary(const TokenizerConfig& tokenizer, std::optional<int64_t> wanted,
                                   ModelConfig& model);
/// The new tokens in one line, for people.
std::string describe(const AddedVocabulary& vocabulary, const ModelConfig& model);

/// The new tokens' rows of every table that has a row a token.
RowIds rows_of(const NewTokens& tokens, const ParameterTree& parameters);

/// Which of the new tokens did not occur in what phase number `phase` trained on, so that their
/// rows are as they were; empty if all did.
std::string unseen_tokens_text(const ParameterTree& parameters, const NewTokens& tokens,
                               const TokenizerConfig& tokenizer, int phase);

/// Tokens, ids, and where their rows come from.
Table new_tokens_table(const AddedVocabulary& vocabulary, const TokenizerConfig& tokenizer,
                       const ModelConfig& model);

}  // namespace twofold
