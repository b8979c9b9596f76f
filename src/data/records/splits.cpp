#include "data/records/splits.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace twofold::records {
namespace {

using namespace std::string_view_literals;

// The words that `datasets` of Hugging Face looks for.
constexpr std::array kWords = {
    std::pair{"train"sv, "train"},
    std::pair{"training"sv, "train"},
    std::pair{"validation"sv, "validation"},
    std::pair{"valid"sv, "validation"},
    std::pair{"dev"sv, "validation"},
    std::pair{"val"sv, "validation"},
    std::pair{"test"sv, "test"},
    std::pair{"testing"sv, "test"},
    std::pair{"eval"sv, "test"},
    std::pair{"evaluation"sv, "test"},
};

bool is_letter(char letter) { return std::isalpha(static_cast<unsigned char>(letter)) != 0; }

}  // namespace

std::string split_of(const std::string& name) {
  for (size_t at = 0; at < name.size();) {
    size_t end = at;
    while (end < name.size() && is_letter(name[end])) ++end;
    const std::string_view word = std::string_view(name).substr(at, end - at);
    for (const auto& [known, split] : kWords) {
      if (word == known) return split;
    }
    at = end + 1;
  }
  return "";
}

std::vector<SourceFile> of_split(std::vector<SourceFile> files, const std::string& split,
                                 const Path& source) {
  std::set<std::string> named;
  for (const SourceFile& file : files) named.insert(split_of(file.name));
  named.erase("");
  if (split == "all" || named.empty()) return files;
  const std::string word = split_of(split);
  const std::string& wanted = word.empty() ? split : word;
  std::erase_if(files, [&](const SourceFile& file) { return split_of(file.name) != wanted; });
  if (!files.empty()) return files;
  std::vector<std::string> names(named.begin(), named.end());
  fail({.what = "the source has no such split",
        .where = source.string(),
        .expected = "files named after `" + split + "`",
        .found = "files of " + join(names, ", "),
        .hint = "set data/split to one of these, or to all"});
}

}  // namespace twofold::records
