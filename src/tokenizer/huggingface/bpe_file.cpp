#include "tokenizer/huggingface/bpe_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "formats/json.h"

namespace twofold::hf {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxHoles = 1 << 16;

void refuse_switch(const JsonReader& node, const char* key) {
  const auto member = node.find(key);
  if (!member || member->value() == json("") || member->value() == json(0.0)) return;
  member->refuse(fmt::format("unsupported: {}", key), "none", member->value().dump());
}

RankTable read_vocabulary(const JsonReader& node) {
  RankTable vocabulary;
  if (!node.value().is_object()) node.refuse("wrong type", "an object", node.value().type_name());
  for (const auto& [token, id] : node.value().items()) {
    if (!id.is_number_integer() || id < 0)
      node.refuse("not a token id", "a number from 0", id.dump());
    check_vocabulary_id(node, token, id.get<uint64_t>());
    if (!vocabulary.add(token, id.get<uint32_t>())) {
      node.refuse("token id is given twice", "each once",
                  fmt::format("{} for {}", id.dump(), token));
    }
  }
  return vocabulary;
}

/// The two parts of a merge: ["a", "b"], or "a b" in older files.
std::pair<std::string_view, std::string_view> read_merge(const json& merge,
                                                         const JsonReader& list) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0].get_ref<const std::string&>(), merge[1].get_ref<const std::string&>()};
  }
  if (merge.is_string()) {
    const std::string_view text = merge.get_ref<const std::string&>();
    const size_t space = text.find(' ');
    if (space != text.npos && text.find(' ', space + 1) == text.npos) {
      return {text.substr(0, space), text.substr(space + 1)};
    }
  }
  list.refuse("not a merge", "two tokens: [\"a\", \"b\"] or \"a b\"", merge.dump());
}

int32_t token_of(const RankTable& vocabulary, std::string_view text, const JsonReader& list,
                 size_t number) {
  const uint32_t id = vocabulary.find(text);
  if (id == RankTable::kNone) {
    list.refuse(fmt::format("merge {} needs a token that model/vocab lacks", number),
                "a token of model/vocab", std::string(text));
  }
  return static_cast<int32_t>(id);
}

void read_merges(const JsonReader& list, BPEFile& file) {
  std::string joined;
  uint32_t rank = 0;
  for (const json& item : list.value()) {
    if (item.is_string() && item.get_ref<const std::string&>().starts_with("#version")) continue;
    const auto [left, right] = read_merge(item, list);
    joined.assign(left).append(right);
    const SymbolMerge merge = {token_of(file.vocabulary, left, list, rank),
                               token_of(file.vocabulary, right, list, rank),
                               token_of(file.vocabulary, joined, list, rank)};
    // A token without text is never found in a text, so nothing can be joined to it.
    if (!left.empty() && !right.empty()) {
      file.table.set(merge.left, merge.right, {rank, merge.joined});
      file.merges.push_back(merge);
    }
    ++rank;
  }
}

}  // namespace

void check_vocabulary_id(const JsonReader& vocabulary, const std::string& token, uint64_t id) {
  const uint64_t end =
      std::min<uint64_t>(vocabulary.value().size() + kMaxHoles, RankTable::kMaxRanks);
  if (id < end) return;
  vocabulary.refuse("token id is out of range",
                    fmt::format("below {}, for {} tokens", end, vocabulary.value().size()),
                    fmt::format("{} for {}", id, token));
}

std::array<int32_t, 256> find_byte_tokens(const RankTable& vocabulary) {
  std::array<int32_t, 256> ids;
  for (size_t byte = 0; byte < ids.size(); ++byte) {
    ids[byte] = static_cast<int32_t>(vocabulary.find(fmt::format("<0x{:02X}>", byte)));
  }
  return ids;
}

BPEFile read_bpe(const JsonReader& node) {
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
    refuse_switch(node, key);
  }
  const JsonReader merges = node.at("merges");
  if (!merges.value().is_array()) {
    merges.refuse("wrong type", "an array", merges.value().type_name());
  }
  BPEFile file{.vocabulary = read_vocabulary(node.at("vocab")),
               .table = MergeTable(merges.value().size()),
               .merges = {},
               .fuse_unknown = node.flag("fuse_unk", false),
               .byte_fallback = node.flag("byte_fallback", false),
               .ignore_merges = node.flag("ignore_merges", false)};
  read_merges(merges, file);
  file.byte_tokens = find_byte_tokens(file.vocabulary);
  if (const auto unknown = node.find("unk_token")) {
    const uint32_t id = file.vocabulary.find(unknown->text());
    if (id == RankTable::kNone) {
      unknown->refuse("unknown token is not in model/vocab", "a token of it", unknown->text());
    }
    file.unknown = static_cast<int32_t>(id);
  }
  return file;
}

}  // namespace twofold::hf
