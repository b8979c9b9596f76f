// The tokenizer of an exported folder: the files of the run's tokenizer, with the tokens of
// tokenizer/add_tokens added to them.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "export/format.h"
#include "formats/json.h"
#include "tokenizer/config.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

using nlohmann::json;

constexpr const char* kTokenizerJson = "tokenizer.json";
constexpr const char* kTokenizerConfig = "tokenizer_config.json";
constexpr const char* kAddedTokens = "added_tokens.json";

/// Files that make a tokenizer for transformers, llama.cpp's converter and vLLM.
constexpr std::array kTokenizerFiles = {
    kTokenizerJson, kTokenizerConfig,  "special_tokens_map.json", kAddedTokens,        "vocab.json",
    "merges.txt",   "tokenizer.model", "chat_template.jinja",     "chat_template.json"};

/// The folder that the run's tokenizer came in, if it is one of Hugging Face's.
Path tokenizer_folder(const ExportSource& source) {
  const TokenizerConfig& tokenizer = source.run.config.tokenizer;
  for (const Path place : {tokenizer.place(), source.model_config().weights}) {
    if (place.empty()) continue;
    const Path folder = std::filesystem::is_directory(place) ? place : place.parent_path();
    for (const char* name : {kTokenizerJson, "tokenizer.model", "vocab.json"}) {
      if (std::filesystem::exists(folder / name)) return folder;
    }
  }
  return {};
}

/// The tokens as each file spells them.
class TokenFiles {
 public:
  TokenFiles(const std::vector<std::string>& texts, int64_t first, const Path& folder)
      : texts_(texts), first_(first), folder_(folder) {}

  void write() const {
    const TokenizerFile found = find_tokenizer_file(folder_);
    const bool has_json = exists(kTokenizerJson);
    if (has_json) {
      change(kTokenizerJson, [&](json& file) {
        // With the tokens of the files beside it, after which the new ones come.
        file["added_tokens"] = found.document.value("added_tokens", json::array());
        for_each([&](json token, int64_t id) {
          token["id"] = id;
          file["added_tokens"].push_back(std::move(token));
        });
      });
    }
    if (lists_tokens()) {
      change(kTokenizerConfig, [&](json& file) {
        for_each([&](json token, int64_t id) {
          file["added_tokens_decoder"][std::to_string(id)] = std::move(token);
        });
      });
    }
    if (exists(kAddedTokens) || (!has_json && !lists_tokens())) {
      change(kAddedTokens, [&](json& file) {
        for_each([&](const json& token, int64_t id) { file[token.at("content")] = id; });
      });
    }
    const bool alone = found.kind == TokenizerFile::Kind::kSentencePiece && !found.beside.any;
    if (alone) change(kTokenizerConfig, describe_pieces);
  }

 private:
  bool exists(const char* name) const { return std::filesystem::exists(folder_ / name); }

  json read(const char* name) const {
    if (!exists(name)) return json::object();
    const Path path = folder_ / name;
    return formats::parse_json(read_text(path), path.string());
  }

  /// What transformers must be told of a SentencePiece model to read it as SentencePiece does.
  static void describe_pieces(json& file) {
    file["tokenizer_class"] = "LlamaTokenizer";
    file["add_bos_token"] = true;
    file["legacy"] = true;  // a space in front of each text between tokens
  }

  bool lists_tokens() const { return read(kTokenizerConfig).contains("added_tokens_decoder"); }

  template <class Change>
  void change(const char* name, Change&& edit) const {
    json file = read(name);
    edit(file);
    write_atomic(folder_ / name, file.dump(2) + "\n");
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    int64_t id = first_;
    for (const std::string& text : texts_) {
      visit(json{{"content", text},
                 {"single_word", false},
                 {"lstrip", false},
                 {"rstrip", false},
                 {"normalized", false},
                 {"special", false}},
            id++);
    }
  }

  const std::vector<std::string>& texts_;
  int64_t first_;
  Path folder_;
};

/// What was written must be what the run was trained with.
void check_ids(const std::vector<std::string>& texts, int64_t first, const Path& folder) {
  const auto tokenizer = tokenizer_from_path(folder);
  for (const std::string& text : texts) {
    const std::vector<int32_t> ids = tokenizer->encode(text);
    if (ids.size() == 1 && ids[0] == first) {
      ++first;
      continue;
    }
    fail({.what = "the exported tokenizer does not give a new token its id",
          .where = tokenizer_file_at(folder).string(),
          .expected = fmt::format("`{}` as {}", text, first),
          .found = fmt::format("{}", fmt::join(ids, " ")),
          .hint = "nothing was published"});
  }
}

}  // namespace

void copy_tokenizer(const ExportSource& source, const Path& to) {
  const Path folder = tokenizer_folder(source);
  const std::vector<std::string>& added = source.run.config.tokenizer.add_tokens;
  const int64_t first = source.run.first_new_token();
  if (folder.empty()) {
    if (!added.empty()) {
      source.observer.message(Severity::kWarning,
                              "no tokenizer files to carry along: the folder does not say which "
                              "texts its new tokens are");
    }
    return;
  }
  if (!added.empty() && tokenizer_from_path(folder)->vocab_size() != first) {
    source.observer.message(
        Severity::kWarning,
        fmt::format("the tokenizer in {} is not the one that tokens were added to: not carried "
                    "along",
                    folder.string()));
    return;
  }
  std::vector<std::string> carried;
  for (const char* name : kTokenizerFiles) {
    if (!std::filesystem::exists(folder / name)) continue;
    write_atomic(to / name, read_text(folder / name));
    carried.emplace_back(name);
  }
  if (!added.empty()) {
    TokenFiles(added, first, to).write();
    check_ids(added, first, to);
  }
  source.observer.message(
      Severity::kInfo,
      fmt::format("tokenizer carried along from {}: {}{}", folder.string(), join(carried, ", "),
                  added.empty() ? "" : fmt::format("; with {} new tokens", added.size())));
}

}  // namespace twofold
