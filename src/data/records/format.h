#pragma once
// data/format: what a file of a source holds, and what one record of it is.

#include <array>
#include <string>
#include <utility>

namespace twofold::records {

enum class Format {
  kAuto,        ///< by the name and the first bytes of each file
  kText,        ///< a whole file
  kLines,       ///< a line
  kParagraphs,  ///< lines up to a blank one
  kJsonl,       ///< a line, which is a JSON object
  kJson,        ///< an object of a JSON array; or lines as in kJsonl
  kCsv,         ///< a row of a table with commas, the first of which names the columns
  kTsv,         ///< the same with tabs
  kParquet      ///< a row of an Apache Parquet table
};

inline std::array<std::pair<Format, const char*>, 9> config_names(Format) {
  return {{{Format::kAuto, "auto"},
           {Format::kText, "text"},
           {Format::kLines, "lines"},
           {Format::kParagraphs, "paragraphs"},
           {Format::kJsonl, "jsonl"},
           {Format::kJson, "json"},
           {Format::kCsv, "csv"},
           {Format::kTsv, "tsv"},
           {Format::kParquet, "parquet"}}};
}

/// Whether a record is a document of plain text, and not an object with fields.
inline bool is_text(Format format) {
  return format == Format::kText || format == Format::kLines || format == Format::kParagraphs;
}

/// What the name of a file says, less .gz and .zst: "a.csv.gz" is kCsv. kText for other names.
Format format_of_name(const std::string& name);

}  // namespace twofold::records
