#include "data/records/source.h"

#include <sys/stat.h>

#include "data/data_fixture.h"

namespace twofold::records {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class SourceTest : public DataTest {
 protected:
  std::vector<std::string> names(const std::string& source, SourceSettings settings = {}) const {
    std::vector<std::string> names;
    settings.source = (root_ / source).string();
    for (const SourceFile& file : find_files(settings)) names.push_back(file.name);
    return names;
  }
  std::string fault(const std::string& source, const SourceSettings& settings = {}) const {
    return error_of([&] { names(source, settings); });
  }
};

TEST_F(SourceTest, AFolderIsEveryFileBelowItInOrder) {
  put("f/b.txt", "3\n");
  put("f/a.txt", "1\n2\n");
  put("f/.hidden", "x\n");
  put("f/.git/config", "x\n");
  put("f/empty.txt", "");
  put("f/part/2.txt", "5\n");
  put("f/part/deep/1.txt", "4\n");
  EXPECT_THAT(names("f"),
              ElementsAre("a.txt", "b.txt", "empty.txt", "part/2.txt", "part/deep/1.txt"));
  EXPECT_THAT(names("f/b.txt"), ElementsAre("b.txt"));
}

TEST_F(SourceTest, LinksAreFollowedOnce) {
  put("f/a.txt", "1\n");
  put("other/b.txt", "2\n");
  std::filesystem::create_directory_symlink(root_ / "other", root_ / "f/linked");
  std::filesystem::create_symlink(root_ / "other/b.txt", root_ / "f/z.txt");
  EXPECT_THAT(names("f"), ElementsAre("a.txt", "linked/b.txt", "z.txt"));
  std::filesystem::create_directory_symlink(root_ / "f", root_ / "f/round");
  EXPECT_THAT(fault("f"), AllOf(HasSubstr("f/round"), HasSubstr("read already")));
}

TEST_F(SourceTest, NothingIsLeftOutInSilence) {
  put("f/a.txt", "1\n");
  std::filesystem::create_symlink(root_ / "gone", root_ / "f/b.txt");
  EXPECT_THAT(fault("f"), AllOf(HasSubstr("f/b.txt"), HasSubstr("not there")));
  std::filesystem::remove(root_ / "f/b.txt");
  ASSERT_EQ(mkfifo((root_ / "f/pipe").c_str(), 0600), 0);
  EXPECT_THAT(fault("f"), AllOf(HasSubstr("f/pipe"), HasSubstr("neither a file nor a folder")));
  EXPECT_THAT(fault("f/pipe"), HasSubstr("data/source"));
}

TEST_F(SourceTest, AFileThatHoldsNoTextIsNamed) {
  put("f/a.txt", "1\n");
  const std::pair<std::string, const char*> files[] = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"},
      {"\x1F\x8B\x08\0\0"s, "cut short"},
      {"\x28\xB5\x2F\xFD\0"s, "cut short"},
      {"\xFD\x37zXZ\0\0"s, "unpack it first"},
      {"\xFF\xFEh\0i\0"s, "UTF-16"},
      {"h\0i\0h\0i\0h\0i\0"s, "UTF-16"},
  };
  for (const auto& [bytes, fragment] : files) {
    put("f/sub/b.txt", bytes);
    EXPECT_THAT(fault("f"), AllOf(HasSubstr("f/sub/b.txt"), HasSubstr(fragment)));
  }
}

TEST_F(SourceTest, APatternIsTheFilesThatFit) {
  put("d/a.jsonl", "{}\n");
  put("d/b.jsonl", "{}\n");
  put("d/c.txt", "x\n");
  put("e/f.csv", "a\n1\n");
  const auto path = [&](const char* name) { return (root_ / name).string(); };
  EXPECT_THAT(names("d/*.jsonl"), ElementsAre(path("d/a.jsonl"), path("d/b.jsonl")));
  EXPECT_THAT(names("d/[a]*"), ElementsAre("a.jsonl"));
  EXPECT_THAT(names("{d/c.txt,e,d/?.jsonl}"),
              ElementsAre(path("d/c.txt"), path("e/f.csv"), path("d/a.jsonl"), path("d/b.jsonl")));
  EXPECT_THAT(fault("d/*.parquet"), AllOf(HasSubstr("d/*.parquet"), HasSubstr("data/source")));
  EXPECT_THAT(fault("{d,missing}"), HasSubstr("missing"));
}

TEST_F(SourceTest, AFileWhoseNameLooksLikeAPatternIsAFile) {
  put("a[1]{b,c}.txt", "x\n");
  EXPECT_THAT(names("a[1]{b,c}.txt"), ElementsAre("a[1]{b,c}.txt"));
}

TEST_F(SourceTest, BracesMayNestAndNeedAnEnd) {
  EXPECT_THAT(expand_braces("x{a,b{1,2},}y"), ElementsAre("xay", "xb1y", "xb2y", "xy"));
  EXPECT_THAT(expand_braces("a{b"), ElementsAre("a{b"));
  EXPECT_THAT(expand_braces("plain"), ElementsAre("plain"));
}

TEST_F(SourceTest, FilesNamedAfterSplitsAreTakenBySplit) {
  put("d/data/train-00000-of-00001.jsonl", "{}\n");
  put("d/data/test-00000-of-00001.jsonl", "{}\n");
  put("d/README.md", "# about\n");
  EXPECT_THAT(names("d", {.split = "train"}), ElementsAre("data/train-00000-of-00001.jsonl"));
  EXPECT_THAT(names("d", {.split = "test"}), ElementsAre("data/test-00000-of-00001.jsonl"));
  EXPECT_EQ(names("d", {.split = "all"}).size(), 2U);
  EXPECT_THAT(fault("d", {.split = "validation"}),
              AllOf(HasSubstr("validation"), HasSubstr("test, train"), HasSubstr("data/split")));
  EXPECT_THAT(names("d/data/test-00000-of-00001.jsonl", {.split = "train"}),
              ElementsAre("test-00000-of-00001.jsonl"));
}

TEST_F(SourceTest, WithoutSplitsInTheirNamesAllFilesAreTaken) {
  put("d/latest.txt", "x\n");  // the word stands within another
  put("d/constrain.txt", "x\n");
  EXPECT_EQ(names("d", {.split = "train"}).size(), 2U);
}

TEST_F(SourceTest, AConfigurationIsAFolderInTheSource) {
  put("d/main/a.jsonl", "{}\n");
  put("d/socratic/b.jsonl", "{}\n");
  EXPECT_THAT(names("d", {.config = "main"}), ElementsAre("main/a.jsonl"));
  EXPECT_THAT(fault("d", {.config = "mian"}), HasSubstr("did you mean `main`"));
  EXPECT_THAT(fault("d", {.config = "../d"}), HasSubstr("data/config"));
}

TEST_F(SourceTest, NamesSayWhatAFileHolds) {
  EXPECT_EQ(format_of_name("a.JSONL.gz"), Format::kJsonl);
  EXPECT_EQ(format_of_name("a.ndjson"), Format::kJsonl);
  EXPECT_EQ(format_of_name("a.json.zst"), Format::kJson);
  EXPECT_EQ(format_of_name("a.csv"), Format::kCsv);
  EXPECT_EQ(format_of_name("a.tsv"), Format::kTsv);
  EXPECT_EQ(format_of_name("a.parquet"), Format::kParquet);
  EXPECT_EQ(format_of_name("README"), Format::kText);
}

TEST_F(SourceTest, AParquetFileIsToldByItsFirstBytes) {
  put("a.bin", "PAR1\x15\x04\x15"s);
  EXPECT_EQ(find_files({.source = (root_ / "a.bin").string()}).front().format, Format::kParquet);
  EXPECT_THAT(fault("a.bin", {.format = Format::kLines}),
              AllOf(HasSubstr("a Parquet file"), HasSubstr("data/format")));
  put("b.parquet", "one\n");
  EXPECT_THAT(fault("b.parquet"), HasSubstr("no PAR1"));
}

}  // namespace
}  // namespace twofold::records
