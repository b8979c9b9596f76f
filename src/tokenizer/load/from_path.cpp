#include "tokenizer/load/from_path.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/is_file.h"
#include "base/text.h"
#include "formats/file_kind.h"
#include "formats/hub_cache.h"
#include "formats/json.h"
#include "tokenizer/huggingface/tokenizer.h"
#include "tokenizer/llama2c/llama2c.h"
#include "tokenizer/load/complete.h"
#include "tokenizer/load/token_pairs.h"
#include "tokenizer/sentencepiece/sentencepiece.h"
#include "tokenizer/tiktoken/tiktoken.h"

namespace twofold {
namespace {

using nlohmann::json;

TokenizerFile from_pair(const Path& vocabulary, const Path& merges) {
  for (const Path& path : {vocabulary, merges}) {
    if (is_file(path)) continue;
    fail({.what = "half of a vocabulary",
          .where = path.string(),
          .expected = vocabulary.filename().string() + " and " + merges.filename().string(),
          .found = "no such file",
          .hint = "copy both files, or give tokenizer.json"});
  }
  TokenizerFile file{.kind = TokenizerFile::Kind::kJson, .path = vocabulary, .pair = true};
  file.beside = read_files_beside(vocabulary.parent_path());
  file.document = read_token_pair(vocabulary, merges, file.beside);
  return file;
}

TokenizerFile from_json_file(const Path& path, const std::string& text) {
  json document = formats::parse_json(text, path.string());
  // A vocabulary may have a token `model`, whose value is then a number.
  const auto model = document.find("model");
  if (document.is_object() && (model == document.end() || model->is_number())) {
    const Path folder = path.parent_path();
    if (is_file(folder / "vocab.bpe")) return from_pair(path, folder / "vocab.bpe");
    return from_pair(path, folder / "merges.txt");
  }
  TokenizerFile file{.kind = TokenizerFile::Kind::kJson, .path = path};
  file.document = std::move(document);
  file.beside = read_files_beside(path.parent_path());
  return file;
}

bool looks_like_ranks(const std::string& text) {
  const size_t space = text.find(' ');
  if (space == text.npos || space == 0 || space > 1024 || space + 1 >= text.size()) return false;
  const bool digit = text[space + 1] >= '0' && text[space + 1] <= '9';
  return digit && text.find_first_not_of(
                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                      "0123456789+/=") == space;
}

TokenizerFile from_file(const Path& path) {
  using Kind = TokenizerFile::Kind;
  std::string text = read_text(path);
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != text.npos && text[start] == '{') return from_json_file(path, text);
  if (text.starts_with("#version")) {
    const Path folder = path.parent_path();
    const bool old_names = is_file(folder / "encoder.json");
    return from_pair(folder / (old_names ? "encoder.json" : "vocab.json"), path);
  }
  const auto file = [&](Kind kind) {
    TokenizerFile found{.kind = kind, .path = path, .bytes = std::move(text)};
    if (kind != Kind::kLlama2c) found.beside = read_files_beside(path.parent_path());
    return found;
  };
  if (looks_like_ranks(text)) return file(Kind::kRanks);
  if (is_llama2c(text)) return file(Kind::kLlama2c);
  if (!text.empty() && text[0] == '\n') return file(Kind::kSentencePiece);
  const std::string expected =
      "tokenizer.json, a SentencePiece model, a tiktoken rank file, vocab.json with merges.txt, or "
      "llama2.c's tokenizer.bin";
  formats::refuse_known_kind(text, path.string(), expected);
  fail({.what = "not a tokenizer that twofold knows",
        .where = path.string(),
        .expected = expected,
        .found = text.empty() ? "an empty file" : "something else",
        .hint = "give the tokenizer's file, or the folder of the model"});
}

std::unique_ptr<Tokenizer> from_json(const TokenizerFile& file) {
  const std::string name = file.path.string();
  auto tokenizer =
      std::make_unique<hf::HuggingFaceTokenizer>(hf::read_tokenizer_json(file.document, name));
  const std::string usual =
      usual_end([&](const std::string& text) { return tokenizer->find(text).has_value(); });
  if (file.extension.end) {
    tokenizer->set_eot(*file.extension.end);
  } else if (!usual.empty()) {
    tokenizer->set_eot(*tokenizer->find(usual));
  }
  return tokenizer;
}

std::unique_ptr<Tokenizer> extended(std::unique_ptr<Tokenizer> tokenizer,
                                    const TokenizerExtension& extension) {
  if (extension.tokens.empty() && !extension.around && !extension.end) return tokenizer;
  return std::make_unique<ExtendedTokenizer>(std::move(tokenizer), extension);
}

}  // namespace

std::string usual_end(const std::function<bool(const std::string&)>& knows) {
  for (const char* end : {"<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"}) {
    if (knows(end)) return end;
  }
  return {};
}

const std::vector<std::string>& tokenizer_file_names() {
  static const std::vector<std::string> kNames = {"tokenizer.json", "tokenizer.model", "vocab.json",
                                                  "encoder.json", "tokenizer.bin"};
  return kNames;
}

bool holds_tokenizer(const Path& named) {
  const Path folder = formats::hub_folder(named);
  return std::any_of(tokenizer_file_names().begin(), tokenizer_file_names().end(),
                     [&](const std::string& name) { return is_file(folder / name); });
}

TokenizerFile find_tokenizer_file(const Path& path) {
  TokenizerFile file = from_file(tokenizer_file_at(path));
  complete(file);
  return file;
}

Path tokenizer_file_at(const Path& named) {
  Path path = formats::hub_folder(named);
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path;
  for (const std::string& name : tokenizer_file_names()) {
    if (is_file(path / name)) return path / name;
  }
  fail({.what = "no tokenizer in the folder",
        .where = path.string(),
        .expected = "one of " + join(tokenizer_file_names(), ", "),
        .found = "none",
        .hint = "give the path of the tokenizer's file"});
}

std::unique_ptr<Tokenizer> tokenizer_from_path(const Path& path) {
  const TokenizerFile file = find_tokenizer_file(path);
  using Kind = TokenizerFile::Kind;
  if (file.kind == Kind::kJson) return from_json(file);
  if (file.kind == Kind::kSentencePiece) {
    auto pieces = make_sentencepiece(file.bytes, file.path.string(), !file.extension.prefix);
    return extended(std::move(pieces), file.extension);
  }
  if (file.kind == Kind::kRanks) return extended(tiktoken_from_file(file.path), file.extension);
  return make_llama2c(file.bytes, file.path.string());
}

}  // namespace twofold
