#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"

namespace {

using namespace twofold;
using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  Files() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = Path(testing::TempDir()) /
              ("twofold_files_" + std::to_string(::getpid()) + "_" + test->name());
    std::filesystem::create_directories(folder_);
  }
  ~Files() override { std::filesystem::remove_all(folder_); }

  size_t entries() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  Path folder_;
};

/// The text of the Error that `action` throws.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(Files, WriteAtomicReplacesTheWholeFileAndLeavesNothingElse) {
  write_atomic(folder_ / "a", "a long first text");
  write_atomic(folder_ / "a", std::string_view("two\0three", 9));
  EXPECT_EQ(read_text(folder_ / "a"), std::string("two\0three", 9));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(Files, WriteAtomicCleansUpWhenItFails) {
  std::filesystem::create_directories(folder_ / "a" / "inside");
  EXPECT_THAT(error_of([&] { write_atomic(folder_ / "a", "x"); }), HasSubstr("cannot write"));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(Files, ErrorsNameThePathAndTheReason) {
  const std::string missing = error_of([&] { read_text(folder_ / "none"); });
  EXPECT_THAT(missing, HasSubstr((folder_ / "none").string()));
  EXPECT_THAT(missing, HasSubstr("No such file"));
  EXPECT_THAT(error_of([&] { read_text(folder_); }), HasSubstr("Is a directory"));
  EXPECT_THAT(error_of([&] { MappedFile file(folder_); }), HasSubstr("Is a directory"));
  EXPECT_THAT(error_of([&] { write_atomic(folder_ / "no" / "a", "x"); }),
              HasSubstr("does not exist"));
}

TEST_F(Files, ReadsFilesWhoseSizeIsNotKnown) {
  EXPECT_THAT(read_text("/proc/self/status"), HasSubstr("Pid:"));
}

TEST_F(Files, AFullDiskIsAnErrorAtFlushAtTheLatest) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  OutputFile file("/dev/full", OutputFile::Mode::kTruncate);
  file.write("text");
  EXPECT_THAT(error_of([&] { file.flush(); }), HasSubstr("No space left"));
  EXPECT_THAT(error_of([&] { file.write(std::string(3 << 20, 'x')); }), HasSubstr(" free"));
}

TEST_F(Files, MapsAFileAndAnEmptyOne) {
  write_atomic(folder_ / "a", "abc");
  write_atomic(folder_ / "empty", "");
  MappedFile first(folder_ / "a");
  MappedFile moved = std::move(first);
  ASSERT_EQ(moved.bytes().size(), 3u);
  EXPECT_EQ(static_cast<char>(moved.bytes()[2]), 'c');
  EXPECT_TRUE(first.bytes().empty());
  EXPECT_TRUE(MappedFile(folder_ / "empty").bytes().empty());
}

TEST_F(Files, OutputFileCountsAppendsAndKeepsOrderAcrossItsBuffer) {
  std::string expected;
  for (int round = 0; round < 2; ++round) {
    OutputFile file(folder_ / "a", OutputFile::Mode::kAppend);
    EXPECT_EQ(file.position(), expected.size());
    for (size_t length : {10, 700'000, 700'000, 3'000'000, 1}) {
      const std::string part(length, static_cast<char>('a' + length % 26));
      file.write(part);
      expected += part;
    }
    EXPECT_EQ(file.position(), expected.size());
    file.close();
  }
  EXPECT_TRUE(read_text(folder_ / "a") == expected);
  OutputFile(folder_ / "a", OutputFile::Mode::kTruncate).write("new");
  EXPECT_EQ(read_text(folder_ / "a"), "new");
}

TEST_F(Files, ChecksumIsXxh3OfTheContents) {
  EXPECT_EQ(checksum_bytes({}), "99aa06d3014798d86001c324468d497f");  // from XXH3's specification
  std::string text(2'500'000, 'x');
  text[1'700'000] = 'y';
  write_atomic(folder_ / "a", text);
  EXPECT_EQ(checksum_file(folder_ / "a"), checksum_bytes(std::as_bytes(std::span(text))));
  text[1'700'000] = 'z';
  EXPECT_NE(checksum_file(folder_ / "a"), checksum_bytes(std::as_bytes(std::span(text))));
}

}  // namespace
