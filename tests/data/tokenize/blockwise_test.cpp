#include <algorithm>
#include <set>

#include "data/read/dataset.h"
#include "data/tokenize/tokenize_fixture.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using TokenizeBlockwise = TokenizeTest;

TEST_F(TokenizeBlockwise, KeepsTheEndAndPadsOnTheLeft) {
  put("source.txt", "abcdef\n");
  auto settings = blockwise(4);
  settings.val_pct = 0;
  EXPECT_EQ(tokenize_blockwise(settings, root_ / "long").truncated, 1);
  EXPECT_THAT(ids_in(root_ / "long/out/train.bin"), ElementsAre('c', 'd', 'e', 'f'));
  EXPECT_EQ(read_text(root_ / "long/out/train.bin.mask"), "\1\1\1\1");
  settings.block_size = 8;
  settings.pad_token = 3;
  tokenize_blockwise(settings, root_ / "short");
  EXPECT_THAT(ids_in(root_ / "short/out/train.bin"),
              ElementsAre(3, 3, 'a', 'b', 'c', 'd', 'e', 'f'));
  EXPECT_EQ(read_text(root_ / "short/out/train.bin.mask"), std::string("\0\0\1\1\1\1\1\1", 8));
  EXPECT_FALSE(std::filesystem::exists(root_ / "short/out/val.bin"));
  EXPECT_FALSE(std::filesystem::exists(root_ / "short/out/val.bin.mask"));
}

TEST_F(TokenizeBlockwise, PadsWithATokenThatNoDocumentBeginsWith) {
  put("source.jsonl", R"({"prompt": "ab", "completion": "c"})"
                      "\n"
                      R"({"prompt": "\u0000b", "completion": "c"})"
                      "\n");
  auto settings = blockwise(8);
  settings.source = (root_ / "source.jsonl").string();
  settings.format = records::Format::kJsonl;
  settings.val_pct = 0;
  settings.pad_token = 'a';
  tokenize_blockwise(settings, data());
  EXPECT_THAT(ids_in(out() / "train.bin"),
              testing::IsSupersetOf({1, 1, 1, 1, int{'a'}, int{'b'}, int{'c'}, 256}));
  const auto rows =
      open_dataset(data(), {.name = "out", .style = DatasetStyle::PADDED}, Split::kTrain, 7, 257);
  for (int64_t i = 0; i < 2; ++i) {
    Batch batch(1, 7);
    rows->read(i, batch, 0);
    EXPECT_THAT(batch.first_key, ElementsAre(0, 1, 2, 3, 4, 4, 4)) << "the prompt is seen whole";
  }
  settings.pad_token = 'x';  // with which none begins
  tokenize_blockwise(settings, root_ / "other");
  EXPECT_EQ(ids_in(root_ / "other/out/train.bin")[0], 'x');
}

TEST_F(TokenizeBlockwise, ShufflesEveryDocumentIntoOneSplit) {
  std::string text;
  for (char c = 'A'; c <= 'Z'; ++c) text += std::string(1, c) + "\n";
  put("source.txt", text);
  auto settings = blockwise(1);
  settings.val_pct = 0.25;
  const TokenizeResult result = tokenize_blockwise(settings, data());
  EXPECT_EQ(result.train, 20);
  EXPECT_EQ(result.val, 6);  // the whole part of 6.5
  const auto train = ids_in(out() / "train.bin"), val = ids_in(out() / "val.bin");
  EXPECT_EQ(train.size(), 20u);
  EXPECT_FALSE(std::is_sorted(train.begin(), train.end()));
  std::set<int32_t> all(train.begin(), train.end());
  all.insert(val.begin(), val.end());
  EXPECT_EQ(all.size(), 26u);
  EXPECT_EQ(read_text(out() / "shape.json"),
            "{\n    \"train\": [\n        20,\n        1\n    ],\n    \"val\": [\n        6,\n"
            "        1\n    ]\n}");
  settings.seed = 1;
  tokenize_blockwise(settings, root_ / "other");
  EXPECT_NE(ids_in(root_ / "other/out/train.bin"), train);
}

TEST_F(TokenizeBlockwise, KeepsAtLeastOneOfTwoRowsForValidation) {
  put("source.txt", "a\nb\n");
  EXPECT_EQ(tokenize_blockwise(blockwise(4), data()).val, 1);
  put("source.txt", "a\n");
  EXPECT_EQ(tokenize_blockwise(blockwise(4), root_ / "one").val, 0);
}

TEST_F(TokenizeBlockwise, WritesTheSameBytesForAnyNumberOfThreadsAndRounds) {
  put_lines(300);
  auto settings = blockwise(16);
  settings.num_proc = 1;
  tokenize_blockwise(settings, root_ / "one");
  settings.num_proc = 5;
  tokenize_blockwise(settings, root_ / "five", {.round_bytes = 50, .save_seconds = 0});
  EXPECT_EQ(contents_of(root_ / "one"), contents_of(root_ / "five"));
}

TEST_F(TokenizeBlockwise, ItsFilesCanBeTrainedOn) {
  put_lines(100);
  auto settings = blockwise(16);
  settings.pad_token = 200;
  tokenize_blockwise(settings, data());
  const Sampling member = sampling("out", DatasetStyle::PADDED);
  EXPECT_EQ(open_dataset(data(), member, Split::kVal, 16, 257)->rows(), 5);
  const auto train = open_dataset(data(), member, Split::kTrain, 15, 257);
  EXPECT_EQ(train->rows(), 95);
  Batch batch(95, 15);
  for (int64_t row = 0; row < 95; ++row) train->read(row, batch, row);
  EXPECT_GT(std::count(batch.tokens.begin(), batch.tokens.end(), 200), 0);
  for (size_t i = 0; i < batch.tokens.size(); ++i)
    if (batch.tokens[i] == 200) {
      EXPECT_EQ(batch.first_key[i], static_cast<int32_t>(i % 15));
    }
}

TEST_F(TokenizeBlockwise, RunAgainDoesNothingAndOtherWidthsAreRefused) {
  put_lines(30);
  tokenize_blockwise(blockwise(16), data());
  EXPECT_TRUE(tokenize_blockwise(blockwise(16), data()).already_done);
  EXPECT_THAT(error_of([&] { tokenize_blockwise(blockwise(8), data()); }),
              HasSubstr("block_size was 16"));
  EXPECT_THAT(error_of([&] { tokenize_variable(variable(), data()); }), HasSubstr("job was"));
}

TEST_F(TokenizeBlockwise, RefusesAPadTokenOutsideTheVocabulary) {
  put_lines(3);
  auto settings = blockwise(4);
  settings.pad_token = 257;
  EXPECT_THAT(error_of([&] { tokenize_blockwise(settings, data()); }), HasSubstr("data/pad_token"));
}

}  // namespace
}  // namespace twofold
