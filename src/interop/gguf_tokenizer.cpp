#include "interop/gguf_tokenizer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "interop/gguf_vocab.h"

namespace twofold {
namespace {

namespace fs = std::filesystem;

/// tokenizer.json or tokenizer.model at `place`, a folder or that file; empty if there is none.
Path vocabulary_at(const Path& place) {
  for (const char* name : {"tokenizer.json", "tokenizer.model"}) {
    if (place.filename() == name && fs::is_regular_file(place)) return place;
    if (fs::is_regular_file(place / name)) return place / name;
  }
  return {};
}

/// The run's own tokenizer, where its settings name one; else that of the folder that the weights
/// came from; else the one that the settings stand for.
GgufVocab find_vocab(const TokenizerConfig& tokenizer, const ModelConfig& model) {
  const bool ranks = tokenizer.backend == "tiktoken";
  for (const Path& place : {Path(ranks ? "" : tokenizer.file), Path(model.weights)}) {
    if (place.empty() || (ranks && !tokenizer.file.empty())) continue;
    const Path file = vocabulary_at(place);
    if (file.extension() == ".json") return gguf_vocab_of_json(file);
    if (file.extension() == ".model") return gguf_vocab_of_sentencepiece(file);
  }
  if (tokenizer.backend == "bytes") return gguf_vocab_of_bytes();
  if (ranks) return gguf_vocab_of_ranks(tokenizer);
  fail({.what = "GGUF cannot express this tokenizer",
        .where = "tokenizer/backend",
        .found = tokenizer.backend});
}

/// The chat template of the folder that holds `tokenizer_config.json`; empty if there is none.
std::string chat_template(const ModelConfig& model) {
  const Path folder = model.weights;
  if (folder.empty()) return {};
  if (fs::is_regular_file(folder / "chat_template.jinja")) {
    return read_text(folder / "chat_template.jinja");
  }
  const Path file = folder / "tokenizer_config.json";
  if (!fs::is_regular_file(file)) return {};
  const nlohmann::json config = formats::parse_json(read_text(file), file.string());
  if (!config.is_object() || !config.contains("chat_template")) return {};
  const nlohmann::json& value = config.at("chat_template");
  return value.is_string() ? value.get<std::string>() : "";
}

void add_tokens(GgufVocab& vocab, const std::vector<std::string>& texts, int64_t first) {
  if (texts.empty()) return;
  if (std::ssize(vocab.tokens) != first) {
    fail({.what = "the tokenizer that is there is not the one that tokens were added to",
          .where = "tokenizer/add_tokens",
          .expected = fmt::format("{} tokens", first),
          .found = fmt::format("{} tokens", vocab.tokens.size())});
  }
  for (const std::string& text : texts) {
    vocab.put(std::ssize(vocab.tokens), text, GgufTokenType::kUserDefined);
  }
}

/// One token a row of the embedding.
void fill(GgufVocab& vocab, int64_t rows) {
  if (std::ssize(vocab.tokens) > rows) {
    fail({.what = "the tokenizer has more tokens than the model has rows",
          .where = "architecture/vocab_size",
          .expected = fmt::format("at least {}", vocab.tokens.size()),
          .found = std::to_string(rows)});
  }
  vocab.tokens.resize(static_cast<size_t>(rows));
  vocab.types.resize(static_cast<size_t>(rows), GgufTokenType::kUnused);
  for (size_t id = 0; id < vocab.tokens.size(); ++id) {
    if (vocab.tokens[id].empty()) vocab.tokens[id] = fmt::format("[PAD{}]", id);
  }
  if (!vocab.scores.empty()) vocab.scores.resize(static_cast<size_t>(rows), -1e6f);
}

formats::GgufMetadata describe(GgufVocab& vocab, const ModelConfig& model) {
  formats::GgufMetadata out;
  const auto add = [&](const std::string& key, formats::GgufValue value) {
    out.emplace_back("tokenizer.ggml." + key, std::move(value));
  };
  const auto id = [&](const char* key, std::optional<int64_t> value) {
    if (value) add(key, static_cast<uint32_t>(*value));
  };
  add("model", vocab.model);
  if (!vocab.pre.empty()) add("pre", vocab.pre);
  add("tokens", formats::GgufArray(std::move(vocab.tokens)));
  std::vector<int32_t> types;
  for (const GgufTokenType type : vocab.types) types.push_back(static_cast<int32_t>(type));
  add("token_type", formats::GgufArray(std::move(types)));
  if (!vocab.scores.empty()) add("scores", formats::GgufArray(std::move(vocab.scores)));
  if (!vocab.merges.empty()) add("merges", formats::GgufArray(std::move(vocab.merges)));
  // llama.cpp takes id 11 for either that is not given.
  const std::optional<int64_t> named_eos =
      model.eos_token_id.empty() ? std::nullopt : std::optional(model.eos_token_id.front());
  const std::optional<int64_t> eos = named_eos ? named_eos : vocab.eos ? vocab.eos : vocab.bos;
  const std::optional<int64_t> bos = model.bos_token_id >= 0 ? std::optional(model.bos_token_id)
                                     : vocab.bos             ? vocab.bos
                                                             : eos;
  id("bos_token_id", bos ? bos : 0);
  id("eos_token_id", eos ? eos : 0);
  id("unknown_token_id", vocab.unknown);
  add("add_bos_token", vocab.add_bos);
  add("add_eos_token", vocab.add_eos);
  if (vocab.model == "llama") add("add_space_prefix", vocab.add_space_prefix);
  return out;
}

}  // namespace

GgufTokenizer make_gguf_tokenizer(const TokenizerConfig& tokenizer, const ModelConfig& model,
                                  int64_t first_new) {
  GgufTokenizer result;
  try {
    GgufVocab vocab = find_vocab(tokenizer, model);
    add_tokens(vocab, tokenizer.add_tokens, first_new);
    fill(vocab, model.vocab_size);
    result.notes = vocab.notes;
    result.metadata = describe(vocab, model);
    if (std::string jinja = chat_template(model); !jinja.empty()) {
      result.metadata.emplace_back("tokenizer.chat_template", std::move(jinja));
    }
  } catch (const Error& error) {
    const Problem& problem = error.problems().front();
    result.metadata = {{"tokenizer.ggml.model", std::string("no_vocab")}};
    result.notes = {
        fmt::format("the file has no tokenizer: {} ({}); llama.cpp takes token ids only",
                    problem.what, problem.found.empty() ? problem.where : problem.found)};
  }
  return result;
}

}  // namespace twofold
