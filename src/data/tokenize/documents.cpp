#include "data/tokenize/documents.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace twofold {

Documents::Documents(const records::SourceSettings& source, const forms::FormSettings& form)
    : files_(records::find_files(source)), forms_(form) {
  records::Record first;
  if (!read().next(first)) {
    double bytes = 0;
    for (const records::SourceFile& file : files_) bytes += static_cast<double>(file.bytes);
    fail({.what = "the source has no text",
          .where = source.source,
          .expected = "at least one document",
          .found = fmt::format("{} files, {}, nothing but white space", files_.size(),
                               human_bytes(bytes)),
          .hint = "check data/source and data/format"});
  }
  settle_form();
}

/// By the first record that can be read: what is wrong with those in front of it is said when they
/// are read for good, by data/on_bad_record.
void Documents::settle_form() {
  constexpr int kTries = 100;
  std::optional<Error> first_fault;
  records::Reader reader = read();
  records::Record record;
  for (int i = 0; i < kTries && reader.next(record); ++i) {
    if (!record.is_json) continue;
    try {
      const records::Content content = records::content_of(file_of(record), record);
      forms_.settle(std::get<nlohmann::ordered_json>(content), where(record));
      return;
    } catch (const Error& fault) {
      if (!first_fault) first_fault = fault;
    }
  }
  if (first_fault) throw Error(*first_fault);
}

const records::SourceFile& Documents::file_of(const records::Record& record) const {
  return files_[static_cast<size_t>(record.file)];
}

std::string Documents::where(const records::Record& record) const {
  return records::where(file_of(record), record);
}

forms::Example Documents::example(const records::Record& record) const {
  return forms_.read(records::content_of(file_of(record), record), where(record));
}

forms::Example Documents::repaired_example(const records::Record& record) const {
  return forms_.read(records::repaired_content_of(file_of(record), record), where(record));
}

}  // namespace twofold
