#include "data/records/reader.h"

#include <fmt/format.h>

#include "base/error.h"
#include "formats/json.h"
#include "formats/json_repair.h"
#include "formats/text_file.h"
#include "unicode/utf8.h"

namespace twofold::records {

Reader::Reader(const std::vector<SourceFile>& files, const Cursor& start)
    : files_(files), file_(start.file) {
  for (size_t i = 0; i < files.size(); ++i) {
    bytes_ += files[i].bytes;
    if (static_cast<int64_t>(i) < file_) before_ += files[i].bytes;
  }
  if (file_ < std::ssize(files) && start.offset > 0) {
    reader_ = open_reader(files[static_cast<size_t>(file_)],
                          {.offset = start.offset, .line = start.line});
  }
}

bool Reader::next(Record& record) {
  for (; file_ < std::ssize(files_); ++file_) {
    const SourceFile& file = files_[static_cast<size_t>(file_)];
    if (!reader_) reader_ = open_reader(file);
    record.file = file_;
    if (reader_->next(record)) return true;
    reader_.reset();
    before_ += file.bytes;
  }
  return false;
}

Cursor Reader::cursor() const {
  if (!reader_) return {.file = file_};
  const Place place = reader_->place();
  return {.file = file_, .offset = place.offset, .line = place.line};
}

double Reader::fraction() const {
  if (bytes_ == 0) return 1;
  const int64_t done = before_ + (reader_ ? reader_->taken() : 0);
  return static_cast<double>(done) / static_cast<double>(bytes_);
}

std::string where(const SourceFile& file, const Record& record) {
  return fmt::format("{}{}{}", file.path.string(), file.format == Format::kParquet ? ", row " : ":",
                     record.line);
}

Content content_of(const SourceFile& file, const Record& record) {
  if (record.fault) fail(*record.fault);
  const size_t valid = valid_utf8_prefix(record.text);
  if (valid < record.text.size() && !record.byte) {
    fail({.what = "text that is not UTF-8",
          .where = where(file, record),
          .expected = "text in UTF-8",
          .found = fmt::format("byte 0x{:02x}", static_cast<unsigned char>(record.text[valid])),
          .hint = "write the table again, with its texts in UTF-8"});
  }
  formats::require_utf8(record.text, {.file = file.path.string(),
                                      .line = record.line,
                                      .byte = static_cast<size_t>(record.byte.value_or(0))});
  if (!record.is_json) return record.text;
  return formats::parse_ordered_json_line(record.text, where(file, record));
}

Content repaired_content_of(const SourceFile& file, const Record& record) {
  if (record.fault) fail(*record.fault);
  if (!record.is_json) return repair_utf8(record.text);
  return formats::parse_ordered_json_line(formats::repair_json(record.text), where(file, record));
}

}  // namespace twofold::records
