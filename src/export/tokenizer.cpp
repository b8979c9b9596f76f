// The tokenizer of an exported folder: the files of the run's tokenizer, with the tokens of
// tokenizer/add_tokens added to them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "export/format.h"
#include "formats/json.h"
#include "tokenizer/config.h"
#include "tokenizer/load/bytes_files.h"
#include "tokenizer/load/files.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

using nlohmann::json;

constexpr const char* kTokenizerJson = "tokenizer.json";
constexpr const char* kTokenizerConfig = "tokenizer_config.json";
constexpr const char* kAddedTokens = "added_tokens.json";

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

constexpr const char* kWithout = "--no-tokenizer writes a folder that takes token ids only";

/// The files of the run's tokenizer that other programs look for.
FileTexts exchanged_files(const LoadedRun& run) {
  if (run.tokenizer.kind() == TokenizerBackend::kBytes) return bytes_tokenizer_files();
  FileTexts files = run.files();
  std::erase_if(files, [](const auto& file) { return !is_exchanged(file.first); });
  if (hold_vocabulary(files)) return files;
  const bool other = hold_tokenizer(run.files()) || run.tokenizer.place().empty();
  fail({.what = "there are no tokenizer files to write",
        .where = fmt::format("tokenizer/* of {}", run.checkpoint.folder.string()),
        .expected = "tokenizer.json, tokenizer.model, or vocab.json with merges.txt",
        .found = other ? fmt::format("a tokenizer of the backend {}, which is not in such files",
                                     run.tokenizer.backend)
                       : "neither these in the checkpoint nor " + run.tokenizer.place(),
        .hint = std::string(kWithout) + (other ? "" : "; or put the tokenizer back where it was")});
}

void require_size(const Path& folder, int64_t expected) {
  const int64_t found = tokenizer_from_path(folder)->vocab_size();
  if (found == expected) return;
  fail({.what = "the tokenizer is not the one that tokens were added to",
        .where = kAddTokens,
        .expected = fmt::format("{} tokens", expected),
        .found = fmt::format("{} tokens", found),
        .hint = std::string("put it back as it was when the run began; or ") + kWithout});
}

}  // namespace

void write_tokenizer(const ExportSource& source, const Path& to) {
  if (!source.request.tokenizer) return;
  const std::vector<std::string>& added = source.run.config.tokenizer.add_tokens;
  const int64_t first = source.run.first_new_token();
  std::vector<std::string> written;
  for (const auto& [name, text] : exchanged_files(source.run)) {
    std::filesystem::create_directories((to / name).parent_path());
    write_atomic(to / name, text);
    written.push_back(name);
  }
  if (!added.empty()) {
    require_size(to, first);
    TokenFiles(added, first, to).write();
    check_ids(added, first, to);
  }
  source.observer.message(
      Severity::kInfo,
      fmt::format("with the run's tokenizer: {}{}", join(written, ", "),
                  added.empty() ? "" : fmt::format("; {} new tokens in it", added.size())));
}

}  // namespace twofold
