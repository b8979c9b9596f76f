#include "report/read/growing_file.h"

#include <gmock/gmock.h>

#include "report/temp_folder.h"

namespace twofold::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GrowingFileTest : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(path_) << text; }
  void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }

  /// The lines that are new, with "restart" in front if they are all lines.
  std::vector<std::string> read() {
    std::vector<std::string> seen;
    file_.read([&] { seen.emplace_back("restart"); },
               [&](const std::string& line) { seen.push_back(line); });
    return seen;
  }

  test::TempFolder folder_;
  Path path_ = folder_.path() / "metrics.jsonl";
  GrowingFile file_{path_};
};

TEST_F(GrowingFileTest, HandsOutEachLineOnceItIsComplete) {
  EXPECT_THAT(read(), IsEmpty());  // no such file yet
  write("one\ntw");
  EXPECT_THAT(read(), ElementsAre("one"));
  EXPECT_THAT(read(), IsEmpty());
  append("o\nthree\n");
  EXPECT_THAT(read(), ElementsAre("two", "three"));
}

TEST_F(GrowingFileTest, BeginsAnewWhenLinesAreGone) {
  write("one\ntwo\nthree\n");
  EXPECT_THAT(read(), ElementsAre("one", "two", "three"));
  write("one\n");  // a resumed run cuts the file back
  EXPECT_THAT(read(), ElementsAre("restart", "one"));
  append("2\n");
  EXPECT_THAT(read(), ElementsAre("2"));
}

TEST_F(GrowingFileTest, BeginsAnewWhenOtherLinesHaveTakenTheirPlace) {
  write("one\ntwo\n");
  read();
  write("one\nTWO\nthree\n");  // cut back and written again, between two looks
  EXPECT_THAT(read(), ElementsAre("restart", "one", "TWO", "three"));
}

TEST_F(GrowingFileTest, GoesOnWhenTheSameLinesWereWrittenAgain) {
  write("one\ntwo\n");
  read();
  write("one\ntwo\nthree\n");
  EXPECT_THAT(read(), ElementsAre("three"));
}

}  // namespace
}  // namespace twofold::report
