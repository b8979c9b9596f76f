#pragma once
// Files of records, read as a source.

#include "data/data_fixture.h"
#include "data/records/reader.h"

namespace twofold::records {

class RecordsTest : public DataTest {
 protected:
  std::vector<SourceFile> files(const std::string& source, Format format = Format::kAuto) const {
    return find_files({.source = (root_ / source).string(), .format = format});
  }

  /// Every record as "line: contents", an object as it is dumped.
  std::vector<std::string> read(const std::string& source, Format format = Format::kAuto) const {
    const std::vector<SourceFile> found = files(source, format);
    std::vector<std::string> all;
    Reader reader(found);
    for (Record record; reader.next(record);) {
      all.push_back(fmt::format("{}: {}", record.line, shown(found, record)));
    }
    EXPECT_EQ(reader.fraction(), 1);
    return all;
  }
  std::string fault(const std::string& source, Format format = Format::kAuto) const {
    return error_of([&] { read(source, format); });
  }

  /// From every cursor on, the rest of the records is the same.
  void expect_resumable(const std::string& source, Format format = Format::kAuto) const {
    const std::vector<std::string> all = read(source, format);
    const std::vector<SourceFile> found = files(source, format);
    Reader reader(found);
    Record record;
    for (size_t i = 0; i < all.size(); ++i) {
      Reader again(found, reader.cursor());
      Record other;
      for (size_t j = i; j < all.size(); ++j) {
        ASSERT_TRUE(again.next(other));
        EXPECT_EQ(fmt::format("{}: {}", other.line, shown(found, other)), all[j]);
      }
      EXPECT_FALSE(again.next(other));
      ASSERT_TRUE(reader.next(record));
    }
  }

 private:
  static std::string shown(const std::vector<SourceFile>& found, const Record& record) {
    const Content content = content_of(found[static_cast<size_t>(record.file)], record);
    if (const auto* text = std::get_if<std::string>(&content)) return *text;
    return std::get<nlohmann::ordered_json>(content).dump();
  }
};

}  // namespace twofold::records
