#include "data/tokenize/cached.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/error.h"
#include "base/folders.h"
#include "data/tokenize/documents.h"
#include "data/tokenize/run.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

namespace fs = std::filesystem;

template <class Config>
TokenizeResult tokenize(const Config& config, const Path& data_root,
                        const TokenizeOptions& options) {
  if constexpr (std::is_same_v<Config, TokenizeVariableConfig>) {
    return tokenize_variable(config, data_root, options);
  } else {
    return tokenize_blockwise(config, data_root, options);
  }
}

/// A name for what the dataset is made of.
template <class Config>
std::string content_of(const Config& config) {
  constexpr size_t kDigits = 12;
  const auto tokenizer = make_tokenizer(config.tokenizer);
  const Documents documents(config.files(), config.form);
  const std::string text = arguments_of(config, *tokenizer, documents).dump();
  return checksum_bytes(std::as_bytes(std::span(text))).substr(0, kDigits);
}

void require_link(const Path& path) {
  if (fs::is_symlink(path) || kind_of(path) == PathKind::kNothing) return;
  fail({.what = "there is a dataset of that name that is not made of this source",
        .where = path.string(),
        .expected = "no such folder, or one that a run made of a source",
        .found = "another dataset",
        .hint = "leave `source` out to train on it, or give the entry another name or suffix"});
}

/// Whoever opens `path` finds the old folder or the new one.
void link(const Path& path, const Path& target) {
  std::error_code error;
  if (fs::read_symlink(path, error) == target) return;
  const Path temporary = path.parent_path() / fmt::format(".{}.tmp", path.filename().string());
  fs::remove(temporary);
  fs::create_directory_symlink(target, temporary);
  fs::rename(temporary, path);
}

}  // namespace

template <class Config>
TokenizeResult tokenize_cached(const Config& config, const Path& data_root,
                               const TokenizeOptions& options) {
  const Path path = output_folder(config, data_root);
  require_link(path);
  Config named = config;
  named.dataset = fmt::format("{}.{}", config.label(), content_of(config));
  named.suffix.clear();
  TokenizeResult result = tokenize(named, data_root, options);
  link(path, named.dataset);
  return result;
}

template TokenizeResult tokenize_cached(const TokenizeVariableConfig&, const Path&,
                                        const TokenizeOptions&);
template TokenizeResult tokenize_cached(const TokenizeBlockwiseConfig&, const Path&,
                                        const TokenizeOptions&);

}  // namespace twofold
