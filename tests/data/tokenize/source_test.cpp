#include "data/tokenize/source.h"

#include <sys/stat.h>

#include "data/data_fixture.h"

namespace twofold {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class SourceTest : public DataTest {
 protected:
  std::vector<std::string> names(const std::string& source) const {
    std::vector<std::string> names;
    for (const SourceFile& file : open_source(root_ / source)) names.push_back(file.name);
    return names;
  }
  std::string fault(const std::string& source) const {
    return error_of([&] { names(source); });
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
      {"\x1F\x8B\x08\0\0"s, "unpack it first"},
      {"\x28\xB5\x2F\xFD\0"s, "unpack it first"},
      {"PAR1\x15\x04\x15"s, "Parquet"},
      {"\xFF\xFEh\0i\0"s, "UTF-16"},
      {"h\0i\0h\0i\0h\0i\0"s, "UTF-16"},
  };
  for (const auto& [bytes, fragment] : files) {
    put("f/sub/b.txt", bytes);
    EXPECT_THAT(fault("f"), AllOf(HasSubstr("f/sub/b.txt"), HasSubstr(fragment)));
  }
}

}  // namespace
}  // namespace twofold
