#include "data/records/source.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/folders.h"
#include "base/text.h"
#include "data/folder_name.h"
#include "data/records/byte_stream.h"
#include "data/records/splits.h"
#include "formats/file_kind.h"
#include "formats/text_file.h"

namespace twofold::records {
namespace {

[[noreturn]] void refuse(const Path& path, std::string expected, std::string found) {
  fail({.what = "data/source holds what cannot be read as text",
        .where = path.string(),
        .expected = std::move(expected),
        .found = std::move(found),
        .hint = "remove it, or give it a name that begins with a dot: then it is left out"});
}

[[noreturn]] void no_source(const std::string& found) {
  fail({.what = "there is no such source of text",
        .where = "data/source",
        .expected = "a file, a folder of files, or a pattern that fits files",
        .found = found,
        .hint = "give its path as data/source; it counts from the current folder"});
}

/// Finds the files of one part of the source.
class Finder {
 public:
  Finder(const Path& part, const Path& name, const SourceSettings& settings)
      : part_(part), name_(name), settings_(settings) {}

  std::vector<SourceFile> find() {
    switch (kind_of(part_)) {
      case PathKind::kFile:
        add(part_, name_.empty() ? part_.filename() : name_);
        return std::move(files_);
      case PathKind::kFolder:
        walk(below_config());
        return of_split(std::move(files_), settings_.split, part_);
      default:
        no_source(part_.string());
    }
  }

 private:
  Path below_config() const {
    if (settings_.config.empty()) return part_;
    require_folder_name(settings_.config, "data/config");
    Path folder = part_ / settings_.config;
    if (kind_of(folder) == PathKind::kFolder) return folder;
    std::vector<std::string> names;
    for (const Path& path : entries_in(part_)) {
      if (kind_of(path) == PathKind::kFolder) names.push_back(path.filename().string());
    }
    fail({.what = "the source has no such configuration",
          .where = part_.string(),
          .expected = fmt::format("a folder `{}` in it", settings_.config),
          .found = names.empty() ? "no folders" : join_first(names, 10, ", "),
          .hint = did_you_mean(settings_.config, names, "leave data/config out")});
  }

  void add(const Path& path, const Path& name) {
    files_.push_back({.name = name.string(), .path = path});
  }

  void walk(const Path& folder) {
    std::error_code ignored;  // what cannot be opened is told by entries_in
    if (!seen_.insert(std::filesystem::canonical(folder, ignored)).second) {
      refuse(folder, "each folder once", "a link to a folder that is read already");
    }
    for (const Path& path : entries_in(folder)) {
      const std::string name = path.filename().string();
      if (name.front() == '.') continue;
      // The dataset's config.json remembers the names of its files, and JSON is UTF-8.
      require_folder_name(name, "a file of data/source");
      enter(path);
    }
  }

  void enter(const Path& path) {
    switch (kind_of(path)) {
      case PathKind::kFile:
        return add(path, name_ / path.lexically_relative(part_));
      case PathKind::kFolder:
        return walk(path);
      case PathKind::kNothing:
        refuse(path, "a file", "a link to a file that is not there");
      case PathKind::kOther:
        refuse(path, "a file", "neither a file nor a folder");
    }
  }

  const Path& part_;
  const Path name_;
  const SourceSettings& settings_;
  std::vector<SourceFile> files_;
  std::set<Path> seen_;
};

std::vector<std::string> fitting(const std::string& pattern) {
  glob_t found{};
  const int code = glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + (code == 0 ? found.gl_pathc : 0));
  globfree(&found);
  if (paths.empty()) no_source(pattern);
  return paths;
}

std::vector<std::string> parts_of(const std::string& source) {
  std::vector<std::string> parts;
  for (const std::string& part : expand_braces(source)) {
    if (kind_of(part) != PathKind::kNothing || part.find_first_of("*?[") == part.npos) {
      parts.push_back(part);
      continue;
    }
    for (std::string& path : fitting(part)) parts.push_back(std::move(path));
  }
  return parts;
}

/// The first bytes of a file, unpacked.
std::string head_of(const Path& path) {
  std::string head(formats::kKindBytes, '\0');
  try {
    head.resize(open_stream(path)->read(head));
  } catch (const BadBytes& bad) {
    fail({.what = bad.what,
          .where = path.string() + ":1",
          .expected = bad.expected,
          .found = bad.found,
          .hint = bad.hint});
  }
  return head;
}

void settle_format(SourceFile& file, Format asked) {
  const std::string head = head_of(file.path);
  const bool is_table = head.starts_with("PAR1") && !open_stream(file.path)->compressed();
  file.format = asked != Format::kAuto ? asked : format_of_name(file.name);
  if (is_table && asked == Format::kAuto) file.format = Format::kParquet;
  if (file.format != Format::kParquet && is_table) {
    fail({.what = "not the kind of file that belongs here",
          .where = file.path.string(),
          .expected = "text in UTF-8",
          .found = "a Parquet file",
          .hint = "set data/format to auto or parquet"});
  }
  if (file.format != Format::kParquet) {
    return formats::require_text_kind(head, file.path.string());
  }
  if (is_table) return;
  const formats::FileKind* kind = formats::kind_of_bytes(head);
  fail({.what = "not the kind of file that belongs here",
        .where = file.path.string(),
        .expected = "a Parquet file, which is not compressed as a whole",
        .found = kind ? std::string(kind->name) : "no PAR1 at its start",
        .hint = "set data/format to auto, or give another file"});
}

/// Descriptions that lie beside the files of a dataset and are none of them.
bool describes(const std::string& name) {
  constexpr std::array kNames = {
      "README.md",   "README",     "README.txt",         "LICENSE",
      "LICENSE.txt", "LICENSE.md", "dataset_infos.json", "dataset_info.json"};
  const std::string last = Path(name).filename();
  return std::any_of(kNames.begin(), kNames.end(), [&](const char* one) { return last == one; });
}

bool has_fields(const SourceFile& file) {
  return format_of_name(file.name) != Format::kText && !describes(file.name);
}

}  // namespace

std::vector<std::string> expand_braces(const std::string& source) {
  const size_t open = source.find('{');
  if (open == source.npos || kind_of(source) != PathKind::kNothing) return {source};
  std::vector<std::string> middles = {""};
  size_t at = open + 1;
  for (int depth = 1; at < source.size(); ++at) {
    const char letter = source[at];
    depth += letter == '{' ? 1 : letter == '}' ? -1 : 0;
    if (depth == 0) break;
    if (depth == 1 && letter == ',') {
      middles.emplace_back();
    } else {
      middles.back() += letter;
    }
  }
  if (at == source.size()) return {source};  // no end: a brace is a letter of the name
  std::vector<std::string> parts;
  for (const std::string& middle : middles) {
    const std::string whole = source.substr(0, open) + middle + source.substr(at + 1);
    for (std::string& part : expand_braces(whole)) parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<SourceFile> find_files(const SourceSettings& settings) {
  const std::vector<std::string> parts = parts_of(settings.source);
  std::vector<SourceFile> files;
  for (const std::string& part : parts) {
    const Path path = part;
    const Path name = parts.size() == 1 ? Path() : path;
    for (SourceFile& file : Finder(path, name, settings).find()) files.push_back(std::move(file));
  }
  if (settings.format == Format::kAuto && std::any_of(files.begin(), files.end(), has_fields)) {
    std::erase_if(files, [](const SourceFile& file) { return describes(file.name); });
  }
  for (SourceFile& file : files) {
    file.bytes = static_cast<int64_t>(std::filesystem::file_size(file.path));
    settle_format(file, settings.format);
  }
  return files;
}

}  // namespace twofold::records
