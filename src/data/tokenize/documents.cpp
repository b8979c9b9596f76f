#include "data/tokenize/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/json_repair.h"
#include "formats/text_file.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\f\v") == line.npos; }

}  // namespace

Documents::Documents(const Path& source, DocumentFormat format, std::string text_key)
    : files_(open_source(source)), format_(format), text_key_(std::move(text_key)) {
  for (const SourceFile& file : files_) bytes_ += static_cast<int64_t>(file.text().size());
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
  return files_[static_cast<size_t>(file)].text();
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
      const std::string_view line = formats::take_line(text, offset);
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

const Path& Documents::path_of(const Document& document) const {
  return files_[static_cast<size_t>(document.file)].file.path();
}

std::string Documents::where(const Document& document) const {
  return fmt::format("{}:{}", path_of(document).string(), document.line);
}

std::string Documents::text(const Document& document) const {
  const auto* start =
      reinterpret_cast<const char*>(files_[static_cast<size_t>(document.file)].file.bytes().data());
  formats::require_utf8(document.raw, {.file = path_of(document).string(),
                                       .line = document.line,
                                       .byte = static_cast<size_t>(document.raw.data() - start)});
  if (format_ != DocumentFormat::kJsonl) return std::string(document.raw);
  return text_of_json(document.raw, where(document));
}

std::string Documents::repaired_text(const Document& document) const {
  if (format_ != DocumentFormat::kJsonl) return repair_utf8(document.raw);
  return text_of_json(formats::repair_json(document.raw), where(document));
}

std::string Documents::text_of_json(std::string_view line, const std::string& where) const {
  const nlohmann::json object = formats::parse_json_line(line, where);
  const auto entry = object.find(text_key_);
  const bool there = entry != object.end();
  if (there && entry->is_string()) return entry->get<std::string>();
  std::vector<std::string> texts;  // what could have been meant
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) texts.push_back(formats::printable(key));
  }
  constexpr size_t kShown = 10;
  fail({.what = "a line of the source has no text",
        .where = where,
        .expected = fmt::format("an object with a text under `{}`", text_key_),
        .found = there ? fmt::format("`{}`: {}", text_key_, formats::printable(entry->dump()))
                       : formats::printable(line),
        .hint = texts.empty() ? "correct the line, or remove it"
                              : fmt::format("{}set data/text_key to one of: {}",
                                            there ? "correct the line, or remove it; or " : "",
                                            join_first(texts, kShown, ", "))});
}

}  // namespace twofold
