#include "tokenizer/from_path.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "tokenizer/huggingface/tokenizer.h"
#include "tokenizer/llama2c.h"
#include "tokenizer/sentencepiece.h"
#include "tokenizer/tiktoken.h"
#include "tokenizer/token_pairs.h"

namespace twofold {
namespace {

using nlohmann::json;

bool is_file(const Path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

/// The ends of texts of the families that twofold knows, for files without a configuration.
constexpr std::array kKnownEnds = {"<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"};

void set_eot(hf::HuggingFaceTokenizer& tokenizer, const json& settings) {
  const json* named =
      settings.is_object() && settings.contains("eos_token") ? &settings.at("eos_token") : nullptr;
  if (named && named->is_object() && named->contains("content")) named = &named->at("content");
  if (named && named->is_string()) {
    if (const auto id = tokenizer.find(named->get<std::string>())) return tokenizer.set_eot(*id);
  }
  for (const char* end : kKnownEnds) {
    if (const auto id = tokenizer.find(end)) return tokenizer.set_eot(*id);
  }
}

std::unique_ptr<Tokenizer> from_json(const json& document, const Path& path, const json& settings) {
  const std::string file = path.string();
  auto tokenizer = std::make_unique<hf::HuggingFaceTokenizer>(hf::Node(document, file));
  set_eot(*tokenizer, settings);
  return tokenizer;
}

/// tokenizer_config.json of the folder; null if there is none.
json read_settings(const Path& folder) {
  const Path path = folder / "tokenizer_config.json";
  return is_file(path) ? formats::parse_json(read_text(path), path.string()) : json();
}

std::unique_ptr<Tokenizer> from_pair(const Path& vocabulary, const Path& merges) {
  for (const Path& path : {vocabulary, merges}) {
    if (is_file(path)) continue;
    fail({.what = "half of a vocabulary",
          .where = path.string(),
          .expected = vocabulary.filename().string() + " and " + merges.filename().string(),
          .found = "no such file",
          .hint = "copy both files, or give tokenizer.json"});
  }
  const json settings = read_settings(vocabulary.parent_path());
  return from_json(read_token_pair(vocabulary, merges, settings), vocabulary, settings);
}

std::unique_ptr<Tokenizer> from_json_file(const Path& path, const std::string& text) {
  const json document = formats::parse_json(text, path.string());
  // A vocabulary may have a token `model`, whose value is then a number.
  const auto model = document.find("model");
  if (document.is_object() && (model == document.end() || model->is_number())) {
    const Path folder = path.parent_path();
    if (is_file(folder / "vocab.bpe")) return from_pair(path, folder / "vocab.bpe");
    return from_pair(path, folder / "merges.txt");
  }
  return from_json(document, path, read_settings(path.parent_path()));
}

bool looks_like_ranks(const std::string& text) {
  const size_t space = text.find(' ');
  if (space == text.npos || space == 0 || space > 1024 || space + 1 >= text.size()) return false;
  const bool digit = text[space + 1] >= '0' && text[space + 1] <= '9';
  return digit && text.find_first_not_of(
                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                      "0123456789+/=") == space;
}

std::unique_ptr<Tokenizer> from_file(const Path& path) {
  const std::string text = read_text(path);
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != text.npos && text[start] == '{') return from_json_file(path, text);
  if (text.starts_with("#version")) {
    const Path folder = path.parent_path();
    const bool old_names = is_file(folder / "encoder.json");
    return from_pair(folder / (old_names ? "encoder.json" : "vocab.json"), path);
  }
  if (looks_like_ranks(text)) return tiktoken_from_file(path);
  if (is_llama2c(text)) return make_llama2c(text, path.string());
  if (!text.empty() && text[0] == '\n') return make_sentencepiece(text, path.string());
  fail({.what = "not a tokenizer that twofold knows",
        .where = path.string(),
        .expected = "tokenizer.json, a SentencePiece model, a tiktoken rank file, vocab.json with "
                    "merges.txt, or llama2.c's tokenizer.bin",
        .found = text.empty() ? "an empty file" : "something else",
        .hint = {}});
}

}  // namespace

std::unique_ptr<Tokenizer> tokenizer_from_path(const Path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return from_file(path);
  const std::vector<std::string> names = {"tokenizer.json", "tokenizer.model", "vocab.json",
                                          "encoder.json", "tokenizer.bin"};
  for (const std::string& name : names) {
    if (is_file(path / name)) return from_file(path / name);
  }
  fail({.what = "no tokenizer in the folder",
        .where = path.string(),
        .expected = "one of " + join(names, ", "),
        .found = "none",
        .hint = "give the path of the tokenizer's file"});
}

}  // namespace twofold
