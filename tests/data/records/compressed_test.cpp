#include "data/records/byte_stream.h"
#include "data/records/packed_files.h"
#include "data/records/records_fixture.h"

namespace twofold::records {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using CompressedTest = RecordsTest;

/// More than the buffers hold, in lines that do not compress to nothing.
std::string many_lines() {
  std::string text;
  uint32_t state = 1;
  for (int i = 0; i < 60'000; ++i) text += fmt::format("{} {}\n", i, state = state * 1664525 + 7);
  return text;
}

TEST_F(CompressedTest, GzipAndZstdAreReadAsWhatTheyHold) {
  const std::string text = many_lines();
  put("plain.txt", text);
  put("a.txt.gz", gzipped(text));
  put("b.txt.zst", zstd_packed(text));
  put("c", zstd_packed(text));  // whatever its name
  const auto plain = read("plain.txt", Format::kLines);
  ASSERT_EQ(plain.size(), 60'000U);
  for (const char* name : {"a.txt.gz", "b.txt.zst", "c"}) {
    EXPECT_EQ(read(name, Format::kLines), plain) << name;
  }
}

TEST_F(CompressedTest, SeveralMembersFollowEachOther) {
  put("a.txt.gz", gzipped("one\ntw") + gzipped("o\n") + std::string(7, '\0'));
  EXPECT_THAT(read("a.txt.gz", Format::kLines), ElementsAre("1: one", "2: two"));
  put("b.txt.zst", zstd_packed("one\ntw") + zstd_packed("o\n"));
  EXPECT_THAT(read("b.txt.zst", Format::kLines), ElementsAre("1: one", "2: two"));
}

TEST_F(CompressedTest, AnyFormatMayBeCompressed) {
  put("a.jsonl.gz", gzipped("{\"text\":\"x\"}\n"));
  EXPECT_THAT(read("a.jsonl.gz"), ElementsAre(R"(1: {"text":"x"})"));
  put("a.json.zst", zstd_packed("[{\"text\":\"x\"}]"));
  EXPECT_THAT(read("a.json.zst"), ElementsAre(R"(1: {"text":"x"})"));
  put("a.csv.gz", gzipped("text\nx\n"));
  EXPECT_THAT(read("a.csv.gz"), ElementsAre(R"(2: {"text":"x"})"));
}

TEST_F(CompressedTest, ACursorGoesOnWithinThem) {
  put("a.jsonl.gz", gzipped("{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}"));
  expect_resumable("a.jsonl.gz");
  put("a.json.zst", zstd_packed("[{\"a\":1},\n{\"a\":2}]"));
  expect_resumable("a.json.zst");
}

TEST_F(CompressedTest, AFileThatIsCutShortIsNamedWithTheLine) {
  const std::string text = many_lines();
  for (const auto& [name, packed] : {std::pair<const char*, std::string>{"a.txt.gz", gzipped(text)},
                                     {"a.txt.zst", zstd_packed(text)}}) {
    put(name, packed.substr(0, packed.size() / 2));
    EXPECT_THAT(fault(name, Format::kLines),
                AllOf(HasSubstr("cut short"), HasSubstr(name), testing::Not(HasSubstr(":1\n"))));
  }
  put("a.txt.gz", gzipped("one\ntwo\nthree\n").substr(0, 20));
  EXPECT_THAT(fault("a.txt.gz", Format::kLines), AllOf(HasSubstr("cut short"), HasSubstr("gz:")));
}

TEST_F(CompressedTest, ADamagedFileIsSaidToBe) {
  std::string packed = gzipped(many_lines());
  for (size_t i = packed.size() / 2; i < packed.size() / 2 + 64; ++i) packed[i] = '\xFF';
  put("a.txt.gz", packed);
  EXPECT_THAT(fault("a.txt.gz", Format::kLines), HasSubstr("damaged"));
}

}  // namespace
}  // namespace twofold::records
