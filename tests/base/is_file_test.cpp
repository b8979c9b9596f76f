#include "base/is_file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace twofold {
namespace {

TEST(IsFile, FollowsLinksAndTakesNothingElse) {
  const Path folder = Path(testing::TempDir()) / "is_file_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "within");
  write_atomic(folder / "text", "a");
  std::filesystem::create_symlink("text", folder / "link");
  std::filesystem::create_symlink("nowhere", folder / "broken");
  EXPECT_TRUE(is_file(folder / "text"));
  EXPECT_TRUE(is_file(folder / "link"));
  EXPECT_FALSE(is_file(folder / "broken"));
  EXPECT_FALSE(is_file(folder / "within"));
  EXPECT_FALSE(is_file(folder / "text" / "below"));
  EXPECT_FALSE(is_file(Path(std::string(5000, 'a'))));  // the system refuses such a name
}

}  // namespace
}  // namespace twofold
