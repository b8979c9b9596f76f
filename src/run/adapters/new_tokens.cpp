#include "run/adapters/new_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "lora/update_check.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

constexpr const char* kVocabSize = "architecture/vocab_size";

std::string needs_text(const NewTokens& tokens) {
  return fmt::format("{} tokens of the tokenizer and {} of {}", tokens.first, tokens.count,
                     kAddTokens);
}

/// For a model whose weights are drawn, whose size the user sets.
void check_fresh(const NewTokens& tokens, const ModelConfig& model) {
  const int64_t needed = tokens.first + tokens.count;
  if (model.vocab_size >= needed) return;
  fail({.what = "the model has no rows for the tokens that are added",
        .where = kVocabSize,
        .expected = fmt::format("at least {}: {}", needed, needs_text(tokens)),
        .found = std::to_string(model.vocab_size),
        .hint = "set architecture/vocab_size to that, or more"});
}

void grow(const NewTokens& tokens, std::optional<int64_t> wanted, ModelConfig& model) {
  if (model.vocab_size < tokens.first) {
    fail({.what = "the tokenizer has more tokens than the weights have rows",
          .where = fmt::format("{}, {}", kAddTokens, model.weights),
          .expected = fmt::format("at most {} tokens", model.vocab_size),
          .found = std::to_string(tokens.first),
          .hint = "tokenizer/* must be the tokenizer that the weights were made with"});
  }
  model.vocab_size = std::max(model.vocab_size, tokens.first + tokens.count);
  if (!wanted || *wanted == model.vocab_size) return;
  fail({.what = "a setting contradicts the weights and the tokens that are added",
        .where = kVocabSize,
        .expected = fmt::format("{}, for {}", model.vocab_size, needs_text(tokens)),
        .found = std::to_string(*wanted),
        .hint = "leave the key out: it follows from the others"});
}

std::string rows_text(const AddedVocabulary& vocabulary, const ModelConfig& model) {
  if (vocabulary.restored) return "their rows are the checkpoint's";
  if (!vocabulary.held) return "their rows start at random, as all do";
  constexpr const char* kStart = "start as the mean of the rows before them";
  if (*vocabulary.held == model.vocab_size) {
    return fmt::format("spare rows of the weights' {} are theirs and {}", *vocabulary.held, kStart);
  }
  return fmt::format("embedding and head grow from {} to {} rows; those of new tokens {}",
                     *vocabulary.held, model.vocab_size, kStart);
}

}  // namespace

AddedVocabulary resolve_vocabulary(const TokenizerConfig& tokenizer, std::optional<int64_t> wanted,
                                   ModelConfig& model) {
  AddedVocabulary vocabulary;
  NewTokens& tokens = vocabulary.tokens;
  tokens.count = std::ssize(tokenizer.add_tokens);
  if (tokens.count == 0) return vocabulary;
  tokens.first = make_tokenizer(tokenizer)->vocab_size() - tokens.count;
  if (model.weights.empty()) {
    check_fresh(tokens, model);
  } else {
    vocabulary.held = model.vocab_size;
    grow(tokens, wanted, model);
  }
  return vocabulary;
}

std::string describe(const AddedVocabulary& vocabulary, const ModelConfig& model) {
  const auto& [first, count] = vocabulary.tokens;
  return fmt::format("{}: ids {} to {}; {}", kAddTokens, first, first + count - 1,
                     rows_text(vocabulary, model));
}

RowIds rows_of(const NewTokens& tokens, const ParameterTree& parameters) {
  RowIds rows;
  std::vector<int64_t> ids(static_cast<size_t>(tokens.count));
  std::iota(ids.begin(), ids.end(), tokens.first);
  for (const Parameter& leaf : parameters.all()) {
    if (leaf.is_vocabulary()) rows[leaf.path] = ids;
  }
  return rows;
}

std::string unseen_tokens_text(const ParameterTree& parameters, const NewTokens& tokens,
                               const TokenizerConfig& tokenizer, int phase) {
  std::vector<std::string> unseen;
  for (const int64_t id : unused_tokens(parameters)) {
    const int64_t place = id - tokens.first;
    if (place < 0 || place >= tokens.count) continue;
    unseen.push_back("`" + tokenizer.add_tokens[static_cast<size_t>(place)] + "`");
  }
  if (unseen.empty()) return {};
  constexpr size_t kShown = 8;
  const size_t count = unseen.size();
  if (count > kShown) {
    unseen.resize(kShown);
    unseen.emplace_back("…");
  }
  return fmt::format(
      "{} of the {} tokens of tokenizer/add_tokens did not occur in what phase {} was trained on, "
      "so "
      "that their embedding is as it was: {}",
      count, tokens.count, phase, join(unseen, ", "));
}

Table new_tokens_table(const AddedVocabulary& vocabulary, const TokenizerConfig& tokenizer,
                       const ModelConfig& model) {
  constexpr size_t kShown = 16;
  const std::vector<std::string>& texts = tokenizer.add_tokens;
  Table table{.title = "New tokens", .header = {"token", "id"}};
  for (size_t i = 0; i < std::min(texts.size(), kShown); ++i) {
    table.rows.push_back(
        {texts[i], std::to_string(vocabulary.tokens.first + static_cast<int64_t>(i))});
  }
  if (texts.size() > kShown) {
    table.rows.push_back({fmt::format("and {} more", texts.size() - kShown),
                          fmt::format("to {}", vocabulary.tokens.first + std::ssize(texts) - 1)});
  }
  table.note = rows_text(vocabulary, model);
  return table;
}

}  // namespace twofold
