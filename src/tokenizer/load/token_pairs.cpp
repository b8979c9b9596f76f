#include "tokenizer/load/token_pairs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "tokenizer/patterns.h"
#include "twofold/text_lines.h"

namespace twofold {
namespace {

using nlohmann::json;

constexpr const char* kEndOfText = "<|endoftext|>";
constexpr size_t kQwenTokens = 151643;  // of Qwen2, 2.5 and 3; the marks of chats follow

constexpr const char* kCopyAgain = "copy the tokenizer's files again from where the model is from";

json read_merges(const Path& path) {
  json merges = json::array();
  for (std::string& line : read_lines(path)) {
    if (!line.empty() && !line.starts_with("#version")) merges.push_back(std::move(line));
  }
  return merges;
}

json added_token(int64_t id, const std::string& content) {
  return {{"id", id}, {"content", content}, {"special", true}, {"normalized", false}};
}

/// Tokens that the known ones have, whatever is beside them.
json own_tokens(const json& vocabulary, bool qwen, bool listed) {
  json tokens = json::array();
  if (const auto end = vocabulary.find(kEndOfText); end != vocabulary.end()) {
    if (end->is_number_integer()) tokens.push_back(added_token(end->get<int64_t>(), kEndOfText));
  } else if (qwen && !listed && vocabulary.size() == kQwenTokens) {
    int64_t id = kQwenTokens;
    for (const char* mark : {kEndOfText, "<|im_start|>", "<|im_end|>"}) {
      tokens.push_back(added_token(id++, mark));
    }
  }
  return tokens;
}

bool is_qwen(const json& vocabulary, const std::string& tokenizer_class) {
  if (tokenizer_class.empty()) return vocabulary.size() == kQwenTokens;
  return tokenizer_class.starts_with("Qwen2Tokenizer");
}

}  // namespace

json read_token_pair(const Path& vocabulary_path, const Path& merges_path,
                     const FilesBeside& beside) {
  json vocabulary = formats::parse_json(read_text(vocabulary_path), vocabulary_path.string());
  if (!vocabulary.is_object()) {
    fail({.what = "not a vocabulary",
          .where = vocabulary_path.string(),
          .expected = "an object of tokens and their ids",
          .found = vocabulary.type_name(),
          .hint = kCopyAgain});
  }
  const bool qwen = is_qwen(vocabulary, beside.tokenizer_class);
  json bytes = {{"type", "ByteLevel"},
                {"add_prefix_space", beside.prefix_space.value_or(false)},
                {"use_regex", !qwen}};
  json document = {{"added_tokens", own_tokens(vocabulary, qwen, !beside.listed.empty())},
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
