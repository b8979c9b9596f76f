// Vocabularies out of tokenizer.json.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "interop/gguf_vocab.h"

namespace twofold {
namespace {

using nlohmann::json;

/// The patterns of tokenizer.json files and llama.cpp's names for them.
constexpr std::array<std::pair<const char*, const char*>, 4> kPatterns = {{
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "llama-bpe"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "qwen2"},
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", "gpt-2"},
    {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "gpt-4o"},
}};

/// Reads one file; refusals name it.
class JsonVocab {
 public:
  explicit JsonVocab(const Path& file)
      : file_(file.string()), root_(formats::parse_json(read_text(file), file_)) {}

  GgufVocab read() {
    const json& model = object(root_, "model");
    if (text(model, "type") != "BPE") refuse("model/type", "BPE", text(model, "type"));
    const json splitter = root_.value("pre_tokenizer", json());
    byte_level_ = contains_type(splitter, "ByteLevel");
    if (!byte_level_ && !model.value("byte_fallback", false)) {
      refuse("pre_tokenizer", "ByteLevel, or a model with byte_fallback", splitter.dump());
    }
    vocab_.model = byte_level_ ? "gpt2" : "llama";
    if (byte_level_) vocab_.pre = splitter_name(splitter);
    read_tokens(model);
    read_added();
    read_merges(model);
    if (!byte_level_) read_normalizer(splitter);
    vocab_.add_bos = begins_with_special(root_.value("post_processor", json()));
    return std::move(vocab_);
  }

 private:
  [[noreturn]] void refuse(const std::string& where, std::string expected,
                           const std::string& found) const {
    fail({.what = "llama.cpp cannot do what this tokenizer does",
          .where = file_ + ": " + where,
          .expected = std::move(expected),
          .found = formats::printable(found)});
  }

  const json& object(const json& parent, const char* key) const {
    if (parent.is_object() && parent.contains(key) && parent.at(key).is_object()) {
      return parent.at(key);
    }
    refuse(key, "an object", "none");
  }

  static std::string text(const json& parent, const char* key) {
    const auto found = parent.find(key);
    return found != parent.end() && found->is_string() ? found->get<std::string>() : "";
  }

  /// Whether `node` or a step of its sequence is of that type; calls `visit` with each that is.
  static bool contains_type(const json& node, const char* type,
                            const std::function<void(const json&)>& visit = {}) {
    if (!node.is_object()) return false;
    bool found = text(node, "type") == type;
    if (found && visit) visit(node);
    for (const char* list : {"pretokenizers", "normalizers", "processors"}) {
      if (!node.contains(list) || !node.at(list).is_array()) continue;
      for (const json& step : node.at(list)) found |= contains_type(step, type, visit);
    }
    return found;
  }

  std::string splitter_name(const json& splitter) const {
    std::string name, pattern;
    const bool split = contains_type(splitter, "Split", [&](const json& node) {
      if (node.contains("pattern")) pattern = text(node.at("pattern"), "Regex");
    });
    bool own_pattern = false;
    contains_type(splitter, "ByteLevel", [&](const json& node) {
      own_pattern = node.value("use_regex", true) && !node.value("add_prefix_space", false);
    });
    if (!split && own_pattern) {
      return contains_type(splitter, "Digits") ? "smollm" : "gpt-2";
    }
    for (const auto& [known, llama_name] : kPatterns) {
      if (pattern == known) return llama_name;
    }
    refuse("pre_tokenizer", "a splitter that llama.cpp has by name", splitter.dump());
  }

  void read_tokens(const json& model) {
    const std::string unknown = text(model, "unk_token");
    for (const auto& [token, id] : object(model, "vocab").items()) {
      if (!id.is_number_integer()) refuse("model/vocab", "ids", id.dump());
      const bool is_byte = !byte_level_ && token.size() == 6 && token.starts_with("<0x");
      const auto type = token == unknown ? GgufTokenType::kUnknown
                        : is_byte        ? GgufTokenType::kByte
                                         : GgufTokenType::kNormal;
      if (token.empty() || !vocab_.put(id.get<int64_t>(), token, type)) {
        refuse("model/vocab", "each id once, for a text", id.dump());
      }
      ids_[token] = id.get<int64_t>();
      if (token == unknown) vocab_.unknown = id.get<int64_t>();
    }
  }

  void read_added() {
    for (const json& added : root_.value("added_tokens", json::array())) {
      if (!added.is_object() || !added.contains("id") || !added.at("id").is_number_integer()) {
        refuse("added_tokens", "objects with an id", added.dump());
      }
      const auto id = added.at("id").get<int64_t>();
      const bool special = added.value("special", false);
      vocab_.put(id, text(added, "content"),
                 special ? GgufTokenType::kControl : GgufTokenType::kUserDefined);
      if (id < 0 || id >= std::ssize(vocab_.types)) refuse("added_tokens", "ids", added.dump());
      GgufTokenType& type = vocab_.types[static_cast<size_t>(id)];
      if (type != GgufTokenType::kUnknown) {
        type = special ? GgufTokenType::kControl : GgufTokenType::kUserDefined;
      }
      ids_[text(added, "content")] = id;
    }
  }

  void read_merges(const json& model) {
    if (!model.contains("merges") || !model.at("merges").is_array()) {
      refuse("model/merges", "a list", "none");
    }
    if (!byte_level_) vocab_.scores.assign(vocab_.tokens.size(), -1e6f);
    float rank = 0;
    for (const json& merge : model.at("merges")) {
      const bool pair =
          merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string();
      if (!pair && !merge.is_string()) refuse("model/merges", "pairs of texts", merge.dump());
      const std::string line = pair
                                   ? merge[0].get<std::string>() + " " + merge[1].get<std::string>()
                                   : merge.get<std::string>();
      if (byte_level_) {
        vocab_.merges.push_back(line);
      } else {
        score(line, rank--);
      }
    }
  }

  /// SentencePiece joins the pair whose result has the best score.
  void score(const std::string& merge, float value) {
    std::string joined = merge;
    joined.erase(merge.find(' ', 1), 1);
    const auto found = ids_.find(joined);
    if (found == ids_.end()) refuse("model/merges", "merges that make a token", merge);
    float& kept = vocab_.scores[static_cast<size_t>(found->second)];
    kept = std::max(kept, value);
  }

  void read_normalizer(const json& splitter) {
    vocab_.add_space_prefix = contains_type(root_.value("normalizer", json()), "Prepend");
    contains_type(splitter, "Metaspace", [&](const json& node) {
      vocab_.add_space_prefix =
          node.value("prepend_scheme", "always") != "never" && node.value("add_prefix_space", true);
    });
  }

  /// Whether a text gets the special token in front; that token is then the one that begins texts.
  bool begins_with_special(const json& processor) {
    bool begins = false;
    contains_type(processor, "TemplateProcessing", [&](const json& node) {
      const json template_ = node.value("single", json::array());
      if (!template_.is_array() || template_.empty() || !template_[0].is_object() ||
          !template_[0].contains("SpecialToken")) {
        return;
      }
      const auto found = ids_.find(text(template_[0].at("SpecialToken"), "id"));
      if (found == ids_.end()) return;
      vocab_.bos = found->second;
      begins = true;
    });
    return begins;
  }

  std::string file_;
  json root_;
  bool byte_level_ = false;
  GgufVocab vocab_;
  std::map<std::string, int64_t> ids_;
};

}  // namespace

GgufVocab gguf_vocab_of_json(const Path& file) { return JsonVocab(file).read(); }

}  // namespace twofold
