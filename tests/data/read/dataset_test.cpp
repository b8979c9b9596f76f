#include "data/read/dataset.h"

#include "data/data_fixture.h"
#include "data/read/contrastive.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class DatasetTest : public DataTest {
 protected:
  std::string open_error(const Sampling& sampling, Split split = Split::kTrain,
                         int64_t vocab_size = 1000) const {
    return error_of([&] { open_dataset(root_, sampling, split, 4, vocab_size); });
  }
  void put_contrastive_side(const std::string& split, const std::string& side, uint32_t rows) {
    put("c/" + split + "." + side + ".bin", std::vector<uint32_t>(rows * 2, 5));
    put("c/" + split + "." + side + ".bin.mask", std::vector<uint8_t>(rows * 2, 1));
  }
};

TEST_F(DatasetTest, OpensTheFolderOfNameAndSuffix) {
  put_stream("a_v2", 9);
  Sampling member = sampling("a", DatasetStyle::PMD);
  member.suffix = "v2";
  EXPECT_EQ(open_dataset(root_, member, Split::kTrain, 4, 1000)->rows(), 2);
}

TEST_F(DatasetTest, NamesTheNearestDatasetForAnUnknownOne) {
  put_stream("shakespeare", 9);
  EXPECT_THAT(open_error(sampling("shakespere", DatasetStyle::PMD)),
              AllOf(HasSubstr("`shakespere`"), HasSubstr("did you mean `shakespeare`")));
}

TEST_F(DatasetTest, RefusesAnIdOutsideTheVocabularyWithItsOffset) {
  std::vector<uint32_t> ids(200'000, 7);
  ids[150'001] = 50;
  put("a/train.bin", ids);
  EXPECT_NO_THROW(open_dataset(root_, sampling("a", DatasetStyle::PMD), Split::kTrain, 4, 51));
  EXPECT_THAT(open_error(sampling("a", DatasetStyle::PMD), Split::kTrain, 50),
              AllOf(HasSubstr("train.bin, byte offset 600004"), HasSubstr("id 50"),
                    HasSubstr("vocab_size = 50")));
  ids[150'001] = 0xffffffff;
  put("a/train.bin", ids);
  EXPECT_THAT(open_error(sampling("a", DatasetStyle::PMD)), HasSubstr("id 4294967295"));
}

TEST_F(DatasetTest, RefusesAFileThatIsNoWholeNumberOfTokens) {
  put("a/train.bin", std::string(41, '\0'));
  EXPECT_THAT(open_error(sampling("a", DatasetStyle::PMD)),
              AllOf(HasSubstr("multiple of 4"), HasSubstr("41 bytes")));
}

TEST_F(DatasetTest, NamesATokenFileThatIsSomethingElse) {
  const Sampling member = sampling("a", DatasetStyle::PMD);
  for (const char* end : {"", "x", "xx", "xxx"}) {  // whatever its size
    put("a/train.bin", std::string("version https://git-lfs.github.com/spec/v1\noid ") + end);
    EXPECT_THAT(open_error(member), AllOf(HasSubstr("git-lfs pointer"), HasSubstr("git lfs pull")));
  }
  put("a/train.bin", std::vector<uint16_t>{5, 900, 7, 30, 2, 800, 999, 1});
  EXPECT_THAT(open_error(member), AllOf(HasSubstr("as 16-bit numbers"), HasSubstr("uint32")));
  put("a/train.bin", std::vector<uint16_t>{5, 900, 7});
  EXPECT_THAT(open_error(member), HasSubstr("as 16-bit numbers"));
  put("a/train.bin", std::vector<uint32_t>{5, 70'000, 7, 30});
  EXPECT_THAT(open_error(member), testing::Not(HasSubstr("16-bit")));
}

TEST_F(DatasetTest, RefusesMissingAndEmptyFiles) {
  std::filesystem::create_directories(root_ / "a");
  EXPECT_THAT(open_error(sampling("a", DatasetStyle::PMD)), HasSubstr("train.bin"));
  put("a/train.bin", std::string());
  EXPECT_THAT(open_error(sampling("a", DatasetStyle::PMD)), HasSubstr("empty"));
}

TEST_F(DatasetTest, KnowsWhetherThereIsAValidationSplit) {
  put_stream("a", 9);
  const Sampling member = sampling("a", DatasetStyle::PMD);
  EXPECT_FALSE(has_validation(root_, member));
  EXPECT_THAT(open_error(member, Split::kVal), HasSubstr("val.bin"));
  put("a/val.bin", std::string(1, '\0'));  // what another writer leaves for no rows
  EXPECT_FALSE(has_validation(root_, member));
  put_stream("a", 5, "val");
  EXPECT_TRUE(has_validation(root_, member));
}

TEST_F(DatasetTest, ValidatesContrastiveDataAndRefusesToTrainOnIt) {
  for (const char* side : {"pos", "neg"}) put_contrastive_side("train", side, 3);
  put("c/shape.json", R"({"train": {"pos": [3, 2], "neg": [3, 2]},
                          "val": {"pos": [1, 2], "neg": [1, 2]}})");
  ContrastiveShape shape = validate_contrastive(root_ / "c", 6);
  EXPECT_EQ(shape.train_rows, 3);
  EXPECT_EQ(shape.val_rows, 0);
  for (const char* side : {"pos", "neg"}) put_contrastive_side("val", side, 1);
  shape = validate_contrastive(root_ / "c", 6);
  EXPECT_EQ(shape.val_rows, 1);
  EXPECT_EQ(shape.width, 2);
  EXPECT_THAT(open_error(sampling("c", DatasetStyle::CONTRASTIVE)),
              AllOf(HasSubstr("`c`"), HasSubstr("CONTRASTIVE")));
}

TEST_F(DatasetTest, RefusesBrokenContrastiveData) {
  for (const char* side : {"pos", "neg"}) put_contrastive_side("train", side, 3);
  put("c/shape.json", R"({"train": {"pos": [3, 2], "neg": [3, 2]}})");
  const auto error = [&](int64_t vocab_size = 6) {
    return error_of([&] { validate_contrastive(root_ / "c", vocab_size); });
  };
  EXPECT_THAT(error(5), HasSubstr("train.pos.bin, byte offset 0"));
  put_contrastive_side("train", "neg", 2);
  EXPECT_THAT(error(), HasSubstr("train.neg.bin"));
  put("c/shape.json", R"({"train": {"pos": [3, 2], "neg": [2, 2]}})");
  EXPECT_THAT(error(), HasSubstr("do not pair up"));
  std::filesystem::remove(root_ / "c/train.neg.bin");
  EXPECT_THAT(error(), HasSubstr("train.neg.bin"));
}

}  // namespace
}  // namespace twofold
