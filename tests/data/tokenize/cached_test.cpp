#include "data/tokenize/cached.h"

#include "data/tokenize/tokenize_fixture.h"

namespace twofold {
namespace {

using testing::HasSubstr;

using CachedTest = TokenizeTest;

TEST_F(CachedTest, IsMadeOnceForEachContent) {
  put_lines(30);
  auto settings = blockwise(16);
  EXPECT_FALSE(tokenize_cached(settings, data()).already_done);
  const Path first = std::filesystem::read_symlink(out());
  EXPECT_TRUE(tokenize_cached(settings, data()).already_done);
  put_lines(31);
  EXPECT_FALSE(tokenize_cached(settings, data()).already_done);
  const Path second = std::filesystem::read_symlink(out());
  EXPECT_NE(first, second);
  settings.truncate = Truncate::kEnd;
  EXPECT_FALSE(tokenize_cached(settings, data()).already_done);
  settings.truncate = Truncate::kStart;
  put_lines(30);
  EXPECT_TRUE(tokenize_cached(settings, data()).already_done);
  EXPECT_EQ(std::filesystem::read_symlink(out()), first);
}

TEST_F(CachedTest, IsWhatTheJobMakes) {
  put_lines(30);
  tokenize_cached(blockwise(16), data());
  tokenize_blockwise(blockwise(16), root_ / "other");
  for (const char* name : {"train.bin", "train.bin.mask", "val.bin", "shape.json"}) {
    EXPECT_EQ(read_text(out() / name), read_text(root_ / "other/out" / name)) << name;
  }
  auto stream = variable();
  stream.suffix = "stream";
  tokenize_cached(stream, data());
  tokenize_variable(stream, root_ / "other");
  EXPECT_EQ(read_text(data() / "out_stream/train.bin"),
            read_text(root_ / "other/out_stream/train.bin"));
}

TEST_F(CachedTest, TakesNoOtherDatasetsPlace) {
  put_lines(30);
  tokenize_blockwise(blockwise(16), data());
  EXPECT_THAT(error_of([&] { tokenize_cached(blockwise(16), data()); }),
              HasSubstr("not made of this source"));
}

}  // namespace
}  // namespace twofold
