#pragma once
// The records of data/source, and what each of them teaches.

#include <cstdint>
#include <string>
#include <vector>

#include "data/forms/forms.h"
#include "data/records/reader.h"

namespace twofold {

class Documents {
 public:
  /// Finds the files, and out which form their records have. Throws an Error if there is no such
  /// source, no record in it, or none whose form is known.
  Documents(const records::SourceSettings& source, const forms::FormSettings& form);

  /// A reader of all of them from `start` on; this object must outlive it.
  records::Reader read(const records::Cursor& start = {}) const {
    return records::Reader(files_, start);
  }

  /// What a record teaches. Throws an Error with file:line for what is not UTF-8, for bad JSON and
  /// for fields that are not as the form wants them.
  forms::Example example(const records::Record& record) const;
  /// The same with U+FFFD in place of what is not UTF-8, and of half a surrogate pair in JSON.
  forms::Example repaired_example(const records::Record& record) const;
  std::string where(const records::Record& record) const;  ///< file:line

  const std::vector<records::SourceFile>& files() const { return files_; }
  /// Form::kAuto if all files are plain text.
  forms::Form form() const { return forms_.form(); }

 private:
  const records::SourceFile& file_of(const records::Record& record) const;
  void settle_form();

  std::vector<records::SourceFile> files_;
  forms::Forms forms_;
};

}  // namespace twofold
