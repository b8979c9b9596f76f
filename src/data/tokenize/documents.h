#pragma once
// A text source seen as numbered documents: one file, or every file below a folder.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/tokenize/source.h"

namespace twofold {

enum class DocumentFormat { kText, kLines, kParagraphs, kJsonl };

inline std::array<std::pair<DocumentFormat, const char*>, 4> config_names(DocumentFormat) {
  return {{{DocumentFormat::kText, "text"},
           {DocumentFormat::kLines, "lines"},
           {DocumentFormat::kParagraphs, "paragraphs"},
           {DocumentFormat::kJsonl, "jsonl"}}};
}

/// One document as it stands in its file.
struct Document {
  std::string_view raw = {};
  int64_t file = 0;  ///< index into files()
  int64_t line = 1;  ///< where it starts
};

class Documents {
 public:
  /// Where the next document is looked for; {0, 0, 1} is the start. A cursor from another run over
  /// the same source may be used: seeking to its place costs nothing.
  struct Cursor {
    int64_t file = 0, offset = 0, line = 1;
  };

  /// `text_key`: the entry of a JSONL object that holds its text. Throws an Error if there is no
  /// such source, or no document in it.
  Documents(const Path& source, DocumentFormat format, std::string text_key);

  /// Reads the document at or after the cursor, and moves the cursor behind it. By format, a
  /// document is a whole file, a line, a run of lines, or a line of JSON; blank ones are skipped,
  /// and the last line end of a line or run is not part of it. Returns false at the end.
  bool next(Cursor& cursor, Document& document) const;

  /// The text of a document. Throws an Error with file:line for what is not UTF-8, and for a line
  /// that is not a JSON object with a text under the key.
  std::string text(const Document& document) const;
  /// The same with U+FFFD in place of what is not UTF-8, and of half a surrogate pair in JSON.
  std::string repaired_text(const Document& document) const;
  std::string where(const Document& document) const;  ///< file:line

  const std::vector<SourceFile>& files() const { return files_; }
  int64_t bytes() const { return bytes_; }           ///< of all files
  int64_t bytes_before(const Cursor& cursor) const;  ///< how far the cursor has come

 private:
  std::string_view contents(int64_t file) const;
  const Path& path_of(const Document& document) const;
  std::string text_of_json(std::string_view line, const std::string& where) const;

  std::vector<SourceFile> files_;
  DocumentFormat format_;
  std::string text_key_;
  int64_t bytes_ = 0;
};

}  // namespace twofold
