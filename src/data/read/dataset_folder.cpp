#include "data/read/dataset_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/folders.h"
#include "base/text.h"
#include "data/folder_name.h"
#include "formats/json.h"

namespace twofold {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxTokens = int64_t{1} << 48;  // far more than any disk; keeps products exact

constexpr const char* kMakeAgain = "make the dataset again; see docs/data.md for its files";

std::vector<std::string> folders_in(const Path& root) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_extent(const nlohmann::json& value) {
  return value.is_number_integer() && value >= 0 && value <= kMaxTokens;
}

}  // namespace

const char* split_name(Split split) { return split == Split::kTrain ? "train" : "val"; }

Path dataset_folder(const Path& data_root, const std::string& label) {
  require_folder_name(label, "the name of a dataset");
  Path folder = data_root / label;
  if (kind_of(folder) == PathKind::kFolder) return folder;
  const std::vector<std::string> names = folders_in(data_root);
  fail({.what = fmt::format("there is no dataset `{}`", label),
        .where = data_root.string(),
        .expected = fmt::format("a folder `{}`", label),
        .found = names.empty() ? "no datasets" : join(names, ", "),
        .hint = did_you_mean(label, names, "make it with `twofold tokenize`")});
}

Path token_path(const Path& folder, Split split, const std::string& infix) {
  return folder / fmt::format("{}{}.bin", split_name(split), infix);
}

bool has_split(const Path& folder, Split split, const std::string& infix) {
  std::error_code error;
  const auto bytes = fs::file_size(token_path(folder, split, infix), error);
  return !error && bytes > 1;
}

void require_split(const Path& folder, Split split, const std::string& infix) {
  if (has_split(folder, split, infix)) return;
  const Path path = token_path(folder, split, infix);
  if (split == Split::kTrain)
    fail({.what = "the dataset has no training data",
          .where = path.string(),
          .expected = "a file of token ids",
          .found = kind_of(path) == PathKind::kNothing ? "no such file" : "an empty file",
          .hint = "make it with `twofold tokenize`"});
  fail({.what = "the dataset has no validation split",
        .where = path.string(),
        .expected = "a file of token ids",
        .found = kind_of(path) == PathKind::kNothing ? "no such file" : "an empty file",
        .hint = "tokenize with data/val_pct above 0, or set training/validation: false"});
}

Shape read_shape(const Path& folder, Split split, const std::string& side) {
  const Path path = folder / "shape.json";
  if (kind_of(path) == PathKind::kNothing)
    fail({.what = "the dataset is not made of rows",
          .where = path.string(),
          .expected = "a shape.json, as datasets of the styles PADDED and CONTRASTIVE have",
          .found = "no such file",
          .hint = "set its style to PMD, or tokenize with data/tokenize_blockwise_dataset"});
  const nlohmann::json root = formats::parse_json(read_text(path), path.string());
  const nlohmann::json* entry = &root;
  std::string where = path.string();
  for (const std::string& key : {std::string(split_name(split)), side}) {
    if (key.empty()) continue;
    where += (entry == &root ? ", " : "/") + key;
    if (!entry->is_object() || !entry->contains(key))
      fail({.what = "an entry is missing in the dataset's shape",
            .where = where,
            .expected = "[rows, width]",
            .found = "no such entry",
            .hint = kMakeAgain});
    entry = &entry->at(key);
  }
  if (!entry->is_array() || entry->size() != 2 || !is_extent(entry->at(0)) ||
      !is_extent(entry->at(1)))
    fail({.what = "the dataset's shape is malformed",
          .where = where,
          .expected = "[rows, width]",
          .found = formats::printable(entry->dump()),
          .hint = kMakeAgain});
  return {.rows = entry->at(0).get<int64_t>(), .width = entry->at(1).get<int64_t>()};
}

int32_t read_pad_token(const Path& folder) {
  const Path path = folder / "config.json";
  if (!fs::exists(path)) return 0;
  const nlohmann::json root = formats::parse_json(read_text(path), path.string());
  if (!root.is_object()) return 0;
  const nlohmann::json result = root.value("result", nlohmann::json());
  const nlohmann::json& place = result.is_object() && result.contains("pad_token") ? result : root;
  if (!place.contains("pad_token")) return 0;
  const nlohmann::json& value = place.at("pad_token");
  if (!value.is_number_integer() || value < 0 || value > INT32_MAX)
    fail({.what = "the dataset's pad token is malformed",
          .where = path.string() + ", pad_token",
          .expected = "a token id",
          .found = formats::printable(value.dump()),
          .hint = kMakeAgain});
  return value.get<int32_t>();
}

DocumentEnd read_document_end(const Path& folder) {
  const Path path = folder / "config.json";
  const nlohmann::json root = fs::exists(path) ? formats::parse_json(read_text(path), path.string())
                                               : nlohmann::json::object();
  const nlohmann::json tokenizer =
      root.is_object() ? root.value("tokenizer", nlohmann::json()) : nlohmann::json();
  const nlohmann::json id =
      tokenizer.is_object() ? tokenizer.value("eot_token", nlohmann::json()) : nlohmann::json();
  if (!id.is_number_integer() || id < 0 || id > INT32_MAX)
    fail({.what = "the dataset does not say where its documents end",
          .where = path.string() + ", tokenizer/eot_token",
          .expected = "the id of the token behind each document",
          .found = id.is_null() ? "no such entry" : formats::printable(id.dump()),
          .hint = "tokenize again, or write {\"tokenizer\": {\"eot_token\": ID}} there; or leave "
                  "the documents joined"});
  return {.id = id.get<int32_t>(),
          .begins_next = tokenizer.value("add_special", nlohmann::json()) != true};
}

void require_shape(const Path& path, int64_t tokens, const Shape& shape) {
  // Divided, not multiplied: the product of two numbers from a file may overflow.
  const bool agrees =
      shape.width > 0 && tokens % shape.width == 0 && tokens / shape.width == shape.rows;
  if (agrees) return;
  fail({.what = "shape.json contradicts the token file",
        .where = path.string(),
        .expected = fmt::format("{} rows of {} tokens", shape.rows, shape.width),
        .found = fmt::format("{} tokens ({} bytes)", tokens, tokens * 4),
        .hint = kMakeAgain});
}

}  // namespace twofold
