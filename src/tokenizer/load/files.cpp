#include "tokenizer/load/files.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/is_file.h"
#include "formats/hub_cache.h"
#include "formats/json.h"
#include "tokenizer/load/chat_templates.h"
#include "tokenizer/load/from_path.h"
#include "tokenizer/tiktoken/tiktoken.h"

namespace twofold {
namespace {

constexpr std::array kVocabularies = {"tokenizer.json", "tokenizer.model", "vocab.json"};
constexpr std::array kMerges = {"merges.txt"};  // of vocab.json
constexpr const char* kLlama2c = "tokenizer.bin";
constexpr std::array kOlder = {"encoder.json", "vocab.bpe", kLlama2c};
constexpr std::array kBeside = {"tokenizer_config.json", "special_tokens_map.json",
                                "added_tokens.json", "chat_template.jinja", "chat_template.json"};
/// Our reading of a tokenizer asks it for the ids that end a text; an export writes its own.
constexpr const char* kModelConfig = "config.json";
constexpr const char* kMoreTemplates = "additional_chat_templates";
/// A rank file, whatever it was called: no program looks for it in a model's folder.
constexpr const char* kRanks = "ranks.tiktoken";
/// The same of the tiktoken backend, to which nothing beside it matters.
constexpr const char* kEncodingRanks = "encoding/ranks.tiktoken";

template <class Names>
bool is_among(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_a_folder(const Path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

template <class Names>
void add_present(const Path& folder, const Names& names, std::vector<std::string>& found) {
  for (const char* name : names) {
    if (is_file(folder / name)) found.emplace_back(name);
  }
}

/// The named templates of the folder, sorted.
void add_templates(const Path& folder, std::vector<std::string>& found) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(folder / kMoreTemplates, error), end;
       !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".jinja" && is_file(it->path())) {
      names.push_back(kMoreTemplates + std::string("/") + it->path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  found.insert(found.end(), names.begin(), names.end());
}

std::vector<std::string> names_beside(const Path& folder) {
  std::vector<std::string> found;
  add_present(folder, kBeside, found);
  add_templates(folder, found);
  return found;
}

FileTexts read_all(const Path& folder, std::vector<std::string> names) {
  FileTexts files;
  if (is_file(folder / kModelConfig)) names.emplace_back(kModelConfig);
  for (const std::string& name : names) files[name] = read_text(folder / name);
  return files;
}

/// The name that is looked for in a folder, of a kind that is not JSON.
std::string usual_name(TokenizerFile::Kind kind) {
  switch (kind) {
    case TokenizerFile::Kind::kRanks:
      return kRanks;
    case TokenizerFile::Kind::kLlama2c:
      return kLlama2c;
    default:
      return "tokenizer.model";
  }
}

/// The file under the name that is looked for in a folder, with the other one of a pair.
void add_vocabulary(const Path& place, FileTexts& files) {
  const Path folder = place.parent_path();
  const std::string name = place.filename().string();
  const bool old_pair = name == "encoder.json" || name == "vocab.bpe";
  if (old_pair || name == "vocab.json" || name == "merges.txt") {
    files["vocab.json"] = read_text(folder / (old_pair ? "encoder.json" : "vocab.json"));
    files["merges.txt"] = read_text(folder / (old_pair ? "vocab.bpe" : "merges.txt"));
    return;
  }
  const TokenizerFile::Kind kind = find_tokenizer_file(place).kind;
  std::string text = read_text(place);
  if (kind != TokenizerFile::Kind::kJson) {
    files[usual_name(kind)] = std::move(text);
    return;
  }
  const nlohmann::json document = formats::parse_json(text, place.string());
  const bool whole = document.contains("model") && document.at("model").is_object();
  files[whole ? "tokenizer.json" : "vocab.json"] = std::move(text);
  if (!whole) files["merges.txt"] = read_text(folder / "merges.txt");
}

/// The tokenizer that is at `place`: a folder, or a file.
FileTexts files_of(const Path& named) {
  const Path place = formats::hub_folder(named);
  if (is_a_folder(place)) return read_all(place, tokenizer_files_in(place));
  if (!is_file(place)) return {};
  const Path full = std::filesystem::absolute(place), folder = full.parent_path();
  if (holds_tokenizer(folder) && tokenizer_file_at(folder) == full) {
    return read_all(folder, tokenizer_files_in(folder));
  }
  FileTexts files = read_all(folder, names_beside(folder));  // another than the folder's own
  add_vocabulary(full, files);
  return files;
}

bool names_none(const TokenizerConfig& settings) {
  return settings.kind() == TokenizerBackend::kTiktoken && settings.file.empty();
}

FileTexts rank_file(const TokenizerConfig& settings) {
  return {{kEncodingRanks, read_text(find_rank_file(settings.file, find_encoding(settings.name)))}};
}

FileTexts named_files(const TokenizerConfig& settings) {
  if (settings.kind() == TokenizerBackend::kTiktoken) return rank_file(settings);
  return settings.place().empty() ? FileTexts{} : files_of(settings.place());
}

/// What `read` gives, as far as it can be read: whoever needs it says what is wrong with it.
template <class Read>
void add_readable(FileTexts& files, Read&& read) {
  try {
    files.merge(read());
  } catch (const Error&) {
    return;
  }
}

/// A tokenizer without a chat template is used with that of the weights.
FileTexts templates_for(const FileTexts& files, const Path& weights) {
  if (weights.empty() || files.empty() || !chat_templates(files).empty()) return {};
  const Path folder = formats::hub_folder(weights);
  return template_files(chat_templates(read_all(folder, names_beside(folder))));
}

}  // namespace

std::vector<std::string> tokenizer_files_in(const Path& folder) {
  std::vector<std::string> found;
  add_present(folder, kVocabularies, found);
  add_present(folder, kMerges, found);
  add_present(folder, kOlder, found);
  for (std::string& name : names_beside(folder)) found.push_back(std::move(name));
  return found;
}

bool hold_vocabulary(const FileTexts& files) {
  return std::any_of(kVocabularies.begin(), kVocabularies.end(),
                     [&](const char* name) { return files.contains(name); });
}

bool hold_tokenizer(const FileTexts& files) {
  return hold_vocabulary(files) || files.contains(kLlama2c) || files.contains(kRanks) ||
         files.contains(kEncodingRanks);
}

bool is_exchanged(const std::string& name) {
  return is_among(kVocabularies, name) || is_among(kMerges, name) || is_among(kBeside, name) ||
         name.starts_with(std::string(kMoreTemplates) + "/");
}

FileTexts tokenizer_files(const TokenizerConfig& settings, const Path& weights) {
  if (settings.kind() == TokenizerBackend::kBytes) return {};
  const bool of_weights = !weights.empty() && holds_tokenizer(weights);
  FileTexts files;
  if (!(names_none(settings) && of_weights)) {
    add_readable(files, [&] { return named_files(settings); });
  }
  // Whoever names files means these, or none.
  const bool others = settings.kind() != TokenizerBackend::kHuggingFace;
  if (of_weights && others) add_readable(files, [&] { return files_of(weights); });
  add_readable(files, [&] { return templates_for(files, weights); });
  return files;
}

TokenizerConfig tokenizer_in(const Path& folder, const FileTexts& files,
                             const TokenizerConfig& settings) {
  TokenizerConfig found = settings;
  const TokenizerBackend kind = settings.kind();
  if (kind == TokenizerBackend::kBytes || kind == TokenizerBackend::kTrivial) return found;
  const bool encoding = kind == TokenizerBackend::kTiktoken && files.contains(kEncodingRanks);
  if (encoding || files.contains(kRanks)) {
    found.file = (folder / (encoding ? kEncodingRanks : kRanks)).string();
  } else if (hold_vocabulary(files) || files.contains(kLlama2c)) {
    found.backend = "huggingface";
    found.file = folder.string();
  }
  return found;
}

TokenizerConfig tokenizer_of(const TokenizerConfig& settings, const Path& weights) {
  TokenizerConfig found = settings;
  if (names_none(settings) && !weights.empty() && holds_tokenizer(weights)) {
    found.backend = "huggingface";
    found.file = weights.string();
  }
  return found;
}

}  // namespace twofold
