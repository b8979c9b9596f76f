#include "interop/gguf/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "interop/gguf/vocab.h"
#include "tokenizer/bpe/rank_file.h"
#include "tokenizer/tiktoken/tiktoken.h"

namespace twofold {
namespace {

GgufVocab find_vocab(const TokenizerConfig& tokenizer) {
  switch (tokenizer.kind()) {
    case TokenizerBackend::kBytes:
      return gguf_vocab_of_bytes();
    case TokenizerBackend::kTiktoken: {
      const Encoding encoding = find_encoding(tokenizer.name);
      return gguf_vocab_of_ranks(encoding, read_ranks(find_rank_file(tokenizer.file, encoding)));
    }
    case TokenizerBackend::kHuggingFace:
      return gguf_vocab_of(find_tokenizer_file(tokenizer.place()));
    case TokenizerBackend::kTrivial:
      break;
  }
  fail({.what = "llama.cpp cannot do what this tokenizer does",
        .where = "tokenizer/backend",
        .expected = "a tokenizer of text",
        .found = tokenizer.backend});
}

/// A name as llama.cpp's converter writes it.
std::string key_of(const std::string& name) {
  std::string key;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    key += plain ? c : '_';
  }
  return key;
}

/// The template without a name, and those that have one, listed.
void add_templates(const ChatTemplates& templates, formats::GgufMetadata& metadata) {
  std::vector<std::string> names;
  const std::string key = "tokenizer.chat_template";
  for (const auto& [name, text] : templates) {
    if (name == kDefaultTemplate) {
      metadata.emplace_back(key, text);
      continue;
    }
    std::string own = key_of(name);
    while (own.empty() || std::find(names.begin(), names.end(), own) != names.end()) own += '_';
    metadata.emplace_back(key + "." + own, text);
    names.push_back(std::move(own));
  }
  if (!names.empty()) metadata.emplace_back(key + "s", formats::GgufArray(std::move(names)));
}

void add_tokens(GgufVocab& vocab, const std::vector<std::string>& texts, int64_t first) {
  if (texts.empty()) return;
  if (std::ssize(vocab.tokens) != first) {
    fail({.what = "the tokenizer that is there is not the one that tokens were added to",
          .where = "tokenizer/add_tokens",
          .expected = fmt::format("{} tokens", first),
          .found = fmt::format("{} tokens", vocab.tokens.size()),
          .hint = "put the tokenizer's files back as they were when the run began"});
  }
  for (const std::string& text : texts) {
    vocab.put(std::ssize(vocab.tokens), text, GgufTokenType::kUserDefined);
  }
}

/// Leaves out marks that are named but that the model has no row for, as a pad token often is.
void drop_without_row(GgufVocab& vocab, int64_t rows) {
  std::vector<std::string> dropped;
  while (std::ssize(vocab.tokens) > rows && vocab.types.back() == GgufTokenType::kControl) {
    dropped.push_back(vocab.tokens.back());
    vocab.tokens.pop_back();
    vocab.types.pop_back();
  }
  if (dropped.empty()) return;
  if (!vocab.scores.empty()) vocab.scores.resize(vocab.tokens.size());
  for (std::optional<int64_t>* id : {&vocab.bos, &vocab.eos, &vocab.padding, &vocab.eot}) {
    if (*id >= std::ssize(vocab.tokens)) id->reset();
  }
  vocab.add_bos &= vocab.bos.has_value();
  vocab.add_eos &= vocab.eos.has_value();
  vocab.bos_named &= vocab.bos.has_value();
  vocab.eos_named &= vocab.eos.has_value();
  vocab.note("tokens without a row in the model are left out: " + join(dropped, ", "));
}

/// One token a row of the embedding, each with a text of its own: llama.cpp refuses two of one
/// text.
void fill(GgufVocab& vocab, int64_t rows) {
  drop_without_row(vocab, rows);
  if (std::ssize(vocab.tokens) > rows) {
    fail({.what = "the tokenizer has more tokens than the model has rows",
          .where = "architecture/vocab_size",
          .expected = fmt::format("at least {}", vocab.tokens.size()),
          .found = std::to_string(rows)});
  }
  vocab.tokens.resize(static_cast<size_t>(rows));
  vocab.types.resize(static_cast<size_t>(rows), GgufTokenType::kUnused);
  if (!vocab.scores.empty()) vocab.scores.resize(static_cast<size_t>(rows), kNeverMade);
  std::set<std::string> taken(vocab.tokens.begin(), vocab.tokens.end()), seen;
  for (size_t id = 0; id < vocab.tokens.size(); ++id) {
    std::string& text = vocab.tokens[id];
    if (!text.empty() && seen.insert(text).second) continue;
    text = fmt::format("[PAD{}]", id);
    while (!taken.insert(text).second) text += '_';
    vocab.types[id] = GgufTokenType::kUnused;
  }
}

formats::GgufMetadata describe(GgufVocab& vocab) {
  formats::GgufMetadata out;
  const auto add = [&](const std::string& key, formats::GgufValue value) {
    out.emplace_back("tokenizer.ggml." + key, std::move(value));
  };
  const auto id = [&](const char* key, std::optional<int64_t> value) {
    if (value) add(key, static_cast<uint32_t>(*value));
  };
  const bool pieces = vocab.steps.model == "llama";
  add("model", vocab.steps.model);
  if (!pieces) add("pre", vocab.steps.pre);
  add("tokens", formats::GgufArray(std::move(vocab.tokens)));
  std::vector<int32_t> types;
  for (const GgufTokenType type : vocab.types) types.push_back(static_cast<int32_t>(type));
  add("token_type", formats::GgufArray(std::move(types)));
  if (pieces) add("scores", formats::GgufArray(std::move(vocab.scores)));
  if (!vocab.merges.empty()) add("merges", formats::GgufArray(std::move(vocab.merges)));
  id("bos_token_id", vocab.bos);
  id("eos_token_id", vocab.eos);
  id("eot_token_id", vocab.eot);
  id("eom_token_id", vocab.eom);
  id("unknown_token_id", vocab.unknown);
  id("padding_token_id", vocab.padding);
  add("add_bos_token", vocab.add_bos);
  add("add_eos_token", vocab.add_eos);
  if (pieces) add("add_space_prefix", vocab.steps.space_prefix);
  return out;
}

}  // namespace

GgufVocab gguf_vocab_of(const TokenizerFile& file) {
  using Kind = TokenizerFile::Kind;
  if (file.kind == Kind::kJson) return gguf_vocab_of_json(file);
  if (file.kind == Kind::kSentencePiece) return gguf_vocab_of_sentencepiece(file);
  if (file.kind == Kind::kLlama2c) return gguf_vocab_of_llama2c(file);
  const std::string name = file.path.string();
  const RankTable ranks = parse_ranks(file.bytes, name);
  GgufVocab vocab = gguf_vocab_of_ranks(find_encoding_of(ranks.size(), name), ranks);
  add_beside(file, vocab);
  return vocab;
}

std::string gguf_tokenizer_summary(const Path& file) {
  try {
    const GgufTextSteps steps = gguf_vocab_of(find_tokenizer_file(file)).steps;
    return steps.model + (steps.pre.empty() ? "" : ", splitter " + steps.pre);
  } catch (const Error& error) {
    const Problem& problem = error.problems().front();
    return fmt::format("not possible: {} ({})", problem.what, problem.where);
  }
}

GgufTokenizer no_gguf_tokenizer() {
  return {.metadata = {{"tokenizer.ggml.model", std::string("no_vocab")}}, .notes = {}};
}

GgufTokenizer make_gguf_tokenizer(const TokenizerConfig& tokenizer, const ModelConfig& model,
                                  const GgufTexts& texts) {
  try {
    GgufVocab vocab = find_vocab(tokenizer);
    add_tokens(vocab, tokenizer.add_tokens, texts.first_new);
    fill(vocab, model.vocab_size);
    choose_ends(vocab, model, texts.end_tokens);
    GgufTokenizer result{.metadata = describe(vocab), .notes = vocab.steps.notes};
    add_templates(texts.templates, result.metadata);
    return result;
  } catch (const Error& error) {
    std::vector<Problem> problems = error.problems();
    std::string& hint = problems.front().hint;
    if (!hint.empty()) hint += "; or ";
    hint += "--no-tokenizer writes a file that takes token ids only";
    throw Error(std::move(problems));
  }
}

}  // namespace twofold
