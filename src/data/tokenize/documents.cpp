#include "data/tokenize/documents.h"

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

std::vector<Path> files_of(const Path& source) {
  const PathKind kind = kind_of(source);
  if (kind == PathKind::kFile) return {source};
  if (kind != PathKind::kFolder)
    fail({.what = "there is no such source of text",
          .where = "data/source",
          .expected = "a file, or a folder of files",
          .found = source.string(),
          .hint = "give its path as data/source; it counts from the current folder"});
  std::vector<Path> paths = files_in(source);
  std::erase_if(paths, [](const Path& path) { return path.filename().string().front() == '.'; });
  return paths;
}

/// The line that starts at `offset`, without its end ("\n" or "\r\n"); moves `offset` behind it.
std::string_view take_line(std::string_view text, size_t& offset) {
  const size_t end = std::min(text.find('\n', offset), text.size());
  std::string_view line = text.substr(offset, end - offset);
  offset = std::min(end + 1, text.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\f\v") == line.npos; }

}  // namespace

Documents::Documents(const Path& source, DocumentFormat format, std::string text_key)
    : format_(format), text_key_(std::move(text_key)) {
  for (const Path& path : files_of(source)) {
    // The dataset's config.json remembers the names of its files, and JSON is UTF-8.
    require_folder_name(path.filename().string(), "a file of data/source");
    files_.emplace_back(path);
    bytes_ += static_cast<int64_t>(files_.back().bytes().size());
  }
  Cursor cursor;
  Document first;
  if (!next(cursor, first))
    fail(
        {.what = "the source has no text",
         .where = source.string(),
         .expected = "at least one document",
         .found = fmt::format("{} files, {} bytes, nothing but white space", files_.size(), bytes_),
         .hint = "check data/source and data/format"});
}

std::string_view Documents::contents(int64_t file) const {
  const auto bytes = files_[static_cast<size_t>(file)].bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool Documents::next(Cursor& cursor, Document& document) const {
  for (; cursor.file < static_cast<int64_t>(files_.size()); cursor = {.file = cursor.file + 1}) {
    const std::string_view text = contents(cursor.file);
    auto offset = static_cast<size_t>(cursor.offset);
    if (format_ == DocumentFormat::kText) {
      if (offset > 0 || text.find_first_not_of(" \t\r\n\f\v") == text.npos) continue;
      document = {.raw = text, .file = cursor.file, .line = 1};
      cursor.offset = static_cast<int64_t>(text.size());
      return true;
    }
    size_t begin = text.npos;
    while (offset < text.size()) {
      const std::string_view line = take_line(text, offset);
      ++cursor.line;
      cursor.offset = static_cast<int64_t>(offset);
      const bool blank = is_blank(line);
      if (blank && begin == text.npos) continue;
      if (blank) return true;
      const auto end = static_cast<size_t>(line.data() - text.data()) + line.size();
      if (begin == text.npos) {
        begin = end - line.size();
        document = {.file = cursor.file, .line = cursor.line - 1};
      }
      document.raw = text.substr(begin, end - begin);
      if (format_ != DocumentFormat::kParagraphs) return true;
    }
    if (begin != text.npos) return true;
  }
  return false;
}

int64_t Documents::bytes_before(const Cursor& cursor) const {
  int64_t bytes = cursor.offset;
  for (int64_t i = 0; i < cursor.file; ++i) bytes += static_cast<int64_t>(contents(i).size());
  return bytes;
}

std::string Documents::where(const Document& document) const {
  const Path& path = files_[static_cast<size_t>(document.file)].path();
  return fmt::format("{}:{}", path.string(), document.line);
}

std::string Documents::text(const Document& document) const {
  if (format_ != DocumentFormat::kJsonl) return std::string(document.raw);
  const nlohmann::json object = formats::parse_json_line(document.raw, where(document));
  const auto entry = object.find(text_key_);
  if (entry != object.end() && entry->is_string()) return entry->get<std::string>();
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  fail({.what = "a line of the source has no text",
        .where = where(document),
        .expected = fmt::format("an object with a text under `{}`", text_key_),
        .found = formats::printable(document.raw),
        .hint = keys.empty() ? "correct the line, or remove it"
                             : "set data/text_key to one of: " + join(keys, ", ")});
}

}  // namespace twofold
