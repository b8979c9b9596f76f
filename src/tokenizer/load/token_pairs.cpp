#include "tokenizer/load/token_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "tokenizer/patterns.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

using nlohmann::json;

constexpr const char* kEndOfText = "<|endoftext|>";
constexpr size_t kQwenTokens = 151643;  // of Qwen2, 2.5 and 3; the marks of chats follow

constexpr const char* kCopyAgain = "copy the tokenizer's files again from where the model is from";

json read_merges(const Path& path) {
  json merges = json::array();
  const std::string text = read_text(path);
  if (const size_t valid = valid_utf8_prefix(text); valid < text.size()) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(valid), '\n');
    fail({.what = "not a list of merges",
          .where = fmt::format("{}:{} (byte {})", path.string(), line, valid),
          .expected = "text in UTF-8",
          .found = fmt::format("byte 0x{:02x}", static_cast<uint8_t>(text[valid])),
          .hint = kCopyAgain});
  }
  for (const std::string& line : split(text, '\n')) {
    if (line.empty() || line == "\r" || line.starts_with("#version")) continue;
    merges.push_back(line.back() == '\r' ? line.substr(0, line.size() - 1) : line);
  }
  return merges;
}

json added_token(int64_t id, const std::string& content) {
  return {{"id", id}, {"content", content}, {"special", true}, {"normalized", false}};
}

/// {"151643": {"content": …, "special": …}, …} as a list in the order of ids.
json listed_tokens(const json& listed) {
  std::map<int64_t, json> by_id;
  for (const auto& [key, token] : listed.items()) {
    int64_t id = 0;
    const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || stop != key.data() + key.size() || !token.is_object()) {
      fail({.what = "not an added token",
            .where = "tokenizer_config.json added_tokens_decoder/" + formats::printable(key),
            .expected = "an id, and an object",
            .found = formats::printable(token.dump()),
            .hint = kCopyAgain});
    }
    by_id[id] = token;
    by_id[id]["id"] = id;
  }
  json tokens = json::array();
  for (auto& [id, token] : by_id) tokens.push_back(std::move(token));
  return tokens;
}

json added_tokens(const json& vocabulary, const json& settings, bool qwen) {
  if (settings.is_object() && settings.contains("added_tokens_decoder") &&
      settings.at("added_tokens_decoder").is_object()) {
    return listed_tokens(settings.at("added_tokens_decoder"));
  }
  json tokens = json::array();
  if (const auto end = vocabulary.find(kEndOfText); end != vocabulary.end()) {
    if (end->is_number_integer()) tokens.push_back(added_token(end->get<int64_t>(), kEndOfText));
  } else if (qwen && vocabulary.size() == kQwenTokens) {
    int64_t id = kQwenTokens;
    for (const char* mark : {kEndOfText, "<|im_start|>", "<|im_end|>"}) {
      tokens.push_back(added_token(id++, mark));
    }
  }
  return tokens;
}

bool is_qwen(const json& vocabulary, const json& settings) {
  if (settings.is_object() && settings.contains("tokenizer_class") &&
      settings.at("tokenizer_class").is_string()) {
    return settings.at("tokenizer_class").get<std::string>().starts_with("Qwen2Tokenizer");
  }
  return vocabulary.size() == kQwenTokens;
}

}  // namespace

json read_token_pair(const Path& vocabulary_path, const Path& merges_path, const json& settings) {
  json vocabulary = formats::parse_json(read_text(vocabulary_path), vocabulary_path.string());
  if (!vocabulary.is_object()) {
    fail({.what = "not a vocabulary",
          .where = vocabulary_path.string(),
          .expected = "an object of tokens and their ids",
          .found = vocabulary.type_name(),
          .hint = kCopyAgain});
  }
  const bool qwen = is_qwen(vocabulary, settings);
  json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", !qwen}};
  json document = {{"added_tokens", added_tokens(vocabulary, settings, qwen)},
                   {"decoder", {{"type", "ByteLevel"}}},
                   {"pre_tokenizer", bytes}};
  if (qwen) {
    const json split = {
        {"type", "Split"}, {"pattern", {{"Regex", kQwen2Pattern}}}, {"behavior", "Isolated"}};
    document["normalizer"] = {{"type", "NFC"}};
    document["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", {split, bytes}}};
  }
  document["model"] = {{"type", "BPE"}, {"merges", read_merges(merges_path)}};
  document["model"]["vocab"] = std::move(vocabulary);
  return document;
}

}  // namespace twofold
