#include "tokenizer/load/beside.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "base/is_file.h"
#include "formats/json.h"

namespace twofold {
namespace {

using formats::JsonReader;
using hf::AddedToken;
using nlohmann::json;

constexpr const char* kTokenizerConfig = "tokenizer_config.json";
constexpr const char* kSpecialTokensMap = "special_tokens_map.json";
constexpr const char* kAddedTokens = "added_tokens.json";
constexpr const char* kDecoder = "added_tokens_decoder";

/// In the order in which transformers adds them.
constexpr std::array kPurposes = {"bos_token", "eos_token", "unk_token", "sep_token",
                                  "pad_token", "cls_token", "mask_token"};

JsonReader reader(const json& file, const JsonBeside& files, const char* name) {
  return {file, (Path(files.folder) / name).string(),
          "copy the tokenizer's files again from where the model is from",
          JsonReader::Faults::kThrow};
}

/// Written as its text, or with its flags.
AddedToken special_token(const JsonReader& node) {
  AddedToken token;
  if (node.value().is_object()) {
    token = hf::read_added_token(node);
    token.normalized = node.flag("normalized", false);
  } else {
    token.content = token.pattern = node.text();
  }
  token.special = true;
  token.id = -1;
  return token;
}

/// Special tokens by what they are for, and those that are for nothing that has a name.
struct Named {
  std::map<std::string, AddedToken> purposes;
  std::vector<AddedToken> more;

  void read(const JsonReader& file) {
    for (const auto& [name, value] : file.value().items()) {
      const bool known = std::find(kPurposes.begin(), kPurposes.end(), name) != kPurposes.end();
      const bool token = value.is_string() || value.is_object();
      if (known && value.is_null()) purposes.erase(name);
      if (value.is_null() || !name.ends_with("_token") || (!known && !token)) continue;
      purposes[name] = special_token(file.at(name));
    }
    for (const char* list : {"additional_special_tokens", "extra_special_tokens"}) {
      const auto node = file.find(list);
      if (!node) continue;
      if (node->value().is_object()) {
        for (const auto& [name, value] : node->value().items())
          more.push_back(special_token(node->at(name)));
      } else {
        for (const JsonReader& item : node->items()) more.push_back(special_token(item));
      }
    }
  }

  std::string text(const char* purpose) const {
    const auto found = purposes.find(purpose);
    return found == purposes.end() ? "" : found->second.content;
  }

  /// Each text once, in the order in which they are added.
  std::vector<AddedToken> in_order() const {
    std::vector<AddedToken> all;
    const auto add = [&](const AddedToken& token) {
      const bool known = std::any_of(all.begin(), all.end(), [&](const AddedToken& other) {
        return other.content == token.content;
      });
      if (!known && !token.content.empty()) all.push_back(token);
    };
    for (const char* purpose : kPurposes) {
      if (const auto found = purposes.find(purpose); found != purposes.end()) add(found->second);
    }
    for (const auto& [purpose, token] : purposes) add(token);
    for (const AddedToken& token : more) add(token);
    return all;
  }
};

/// {"151643": {"content": …, "special": …}, …}
std::vector<AddedToken> read_decoder(const JsonReader& listed) {
  std::vector<AddedToken> tokens;
  for (const auto& [key, value] : listed.value().items()) {
    const JsonReader node = listed.at(key);
    AddedToken token = hf::read_added_token(node);
    const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), token.id);
    if (error != std::errc() || stop != key.data() + key.size() || token.id < 0) {
      node.refuse("not an added token", "an id, and an object", formats::printable(key));
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

/// {"<|im_end|>": 32000, …}; special are those that have a purpose.
std::vector<AddedToken> read_texts(const JsonReader& file, const std::vector<AddedToken>& named) {
  std::vector<AddedToken> tokens;
  for (const auto& [text, value] : file.value().items()) {
    AddedToken token;
    token.id = static_cast<int32_t>(file.at(text).integer(0, RankTable::kMaxRanks - 1));
    token.content = token.pattern = text;
    token.special = std::any_of(named.begin(), named.end(),
                                [&](const AddedToken& other) { return other.content == text; });
    token.normalized = !token.special;
    if (!text.empty()) tokens.push_back(std::move(token));
  }
  return tokens;
}

std::optional<bool> flag(const JsonReader& file, const char* name) {
  if (!file.has(name)) return std::nullopt;
  return file.flag(name, false);
}

void read_flags(const JsonReader& file, FilesBeside& out) {
  out.add_bos = flag(file, "add_bos_token");
  out.add_eos = flag(file, "add_eos_token");
  out.prefix_space = flag(file, "add_prefix_space");
  out.legacy = file.flag("legacy", false);
  out.tokenizer_class = file.text("tokenizer_class", "");
}

/// A model's config may say anything else; what it says of its end is one id or a list of them.
std::optional<int64_t> end_of_config(const json& config) {
  if (!config.is_object()) return std::nullopt;
  if (!config.contains("eos_token_id")) {
    return config.contains("text_config") ? end_of_config(config.at("text_config")) : std::nullopt;
  }
  json end = config.at("eos_token_id");
  if (end.is_array() && !end.empty()) end = json(end.front());
  const auto id = formats::integer_of(end);
  return id && *id >= 0 ? id : std::nullopt;
}

}  // namespace

FilesBeside files_beside(const JsonBeside& files) {
  FilesBeside out;
  Named named;
  bool decoder = false;
  if (!files.tokenizer_config.is_null()) {
    const JsonReader config = reader(files.tokenizer_config, files, kTokenizerConfig);
    read_flags(config, out);
    named.read(config);
    if (const auto listed = config.find(kDecoder)) {
      decoder = true;
      out.listed = read_decoder(*listed);
      out.list = listed->where();
    }
  }
  Named map = named;
  if (!files.special_tokens_map.is_null()) {
    map.read(reader(files.special_tokens_map, files, kSpecialTokensMap));
  }
  // Where the first file lists the tokens, the others are left from before it did.
  if (!decoder) named = map;
  out.named = named.in_order();
  if (!decoder && !files.added_tokens.is_null()) {
    const JsonReader added = reader(files.added_tokens, files, kAddedTokens);
    out.listed = read_texts(added, out.named);
    out.list = added.file();
  }
  std::sort(out.listed.begin(), out.listed.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  out.any = !files.tokenizer_config.is_null() || !files.special_tokens_map.is_null() ||
            !files.added_tokens.is_null();
  out.bos = named.text("bos_token");
  out.pad = named.text("pad_token");
  out.eos = named.text("eos_token");
  if (out.eos.empty()) out.eos = map.text("eos_token");
  out.end_id = end_of_config(files.config);
  return out;
}

FilesBeside read_files_beside(const Path& folder) {
  const auto read = [&](const char* name) {
    const Path path = folder / name;
    return is_file(path) ? formats::parse_json(read_text(path), path.string()) : json();
  };
  return files_beside({.tokenizer_config = read(kTokenizerConfig),
                       .special_tokens_map = read(kSpecialTokensMap),
                       .added_tokens = read(kAddedTokens),
                       .config = read("config.json"),
                       .folder = folder.string()});
}

}  // namespace twofold
