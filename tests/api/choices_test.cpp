#include "api/finetune/choices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twofold {
namespace {

using testing::HasSubstr;

constexpr int64_t kGiB = int64_t{1} << 30;

const ModelFacts kSmall = {
    .parameters = 500'000'000, .width = 1024, .context = 4096, .dtype = "bfloat16"};
const RowFacts kRows = {.documents = 5000, .rows = 1200, .length = 512};

Choice find(const std::vector<Choice>& choices, const std::string& key) {
  for (const Choice& choice : choices) {
    if (choice.key == key) return choice;
  }
  ADD_FAILURE() << "not chosen: " << key;
  return {};
}

std::string value(const std::vector<Choice>& choices, const std::string& key) {
  return find(choices, key).value;
}

TEST(Choices, ARowHoldsFourUsualRecordsAndAlmostEveryLongOne) {
  const auto length = [](int64_t median, int64_t usual, int64_t most) {
    return choose_length(kSmall, {.median = median, .most = most, .usual = usual},
                         /*is_text=*/false, {});
  };
  EXPECT_EQ(length(100, 300, 900).value, "448") << "4 x 100, in steps of 64";
  EXPECT_EQ(length(100, 800, 900).value, "832");
  EXPECT_EQ(length(2000, 8000, 9000).value, "4096");
  EXPECT_THAT(length(2000, 8000, 9000).why, HasSubstr("context is 4096"));
}

TEST(Choices, WhatIsGivenIsNotChosen) {
  const Given given = {{"optimization/lora/rank", "4"}, {"training/batch_size", "6"}};
  const auto choices = choose_training(kSmall, kRows, 64 * kGiB, given);
  EXPECT_EQ(find(choices, "optimization/lora/rank").why, "given");
  EXPECT_EQ(value(choices, "optimization/lora/rank"), "4");
  EXPECT_EQ(value(choices, "optimization/lora/alpha"), "8.0") << "twice what was given";
  EXPECT_EQ(value(choices, "training/post_lora_tokens"), "[1843200]") << "3 x 200 steps of 6 x 512";
  EXPECT_EQ(choose_length(kSmall, {}, false, {{"architecture/block_size", "99"}}).value, "99");
}

TEST(Choices, ALongTextIsReadInWindows) {
  const auto length = [](int64_t tokens) {
    return choose_length(kSmall, {.median = tokens, .most = tokens, .usual = tokens},
                         /*is_text=*/true, {});
  };
  EXPECT_EQ(length(20).value, "128");
  EXPECT_EQ(length(30000).value, "1024");
  EXPECT_THAT(length(30000).why, HasSubstr("read in windows"));
  const RowFacts windows = {.rows = 1200, .length = 512};
  const Choice rank =
      find(choose_training(kSmall, windows, 64 * kGiB, {}), "optimization/lora/rank");
  EXPECT_EQ(rank.value, "16");
  EXPECT_EQ(rank.why, "1,200 rows");
}

TEST(Choices, TheRankGrowsWithTheDataButNotBeyondTheWidth) {
  const auto rank = [](int64_t documents, int64_t width) {
    ModelFacts model = kSmall;
    model.width = width;
    return value(
        choose_training(model, {.documents = documents, .rows = 100, .length = 64}, 64 * kGiB, {}),
        "optimization/lora/rank");
  };
  EXPECT_EQ(rank(500, 1024), "8");
  EXPECT_EQ(rank(5000, 1024), "16");
  EXPECT_EQ(rank(50000, 1024), "64");
  EXPECT_EQ(rank(50000, 64), "16");
}

TEST(Choices, TheRateFallsWithTheWidth) {
  ModelFacts model = kSmall;
  std::vector<double> rates;
  for (const int64_t width : {64, 1024, 2048, 16384}) {
    model.width = width;
    rates.push_back(
        std::stod(value(choose_training(model, kRows, 64 * kGiB, {}), "optimization/lora/lr")));
  }
  EXPECT_DOUBLE_EQ(rates[0], 1e-3) << "and is never higher";
  EXPECT_DOUBLE_EQ(rates[2], 5e-4);
  EXPECT_GT(rates[1], rates[2]);
  EXPECT_GE(rates[3], 1e-4);
}

TEST(Choices, TheRateFallsToTheEnd) {
  EXPECT_EQ(value(choose_training(kSmall, kRows, 64 * kGiB, {}), "optimization/schedule"),
            "cosine");
}

TEST(Choices, TheBaseIsAsInTheFilesIfTheMemoryHoldsIt) {
  const auto dtype = [](int64_t parameters, const std::string& files, int64_t memory) {
    return value(choose_training({.parameters = parameters, .width = 1024, .dtype = files}, kRows,
                                 memory, {}),
                 "optimization/lora/base_dtype");
  };
  EXPECT_EQ(dtype(500'000'000, "bfloat16", 16 * kGiB), "bfloat16");
  EXPECT_EQ(dtype(500'000'000, "float32", 16 * kGiB), "float32");
  EXPECT_EQ(dtype(2'000'000'000, "float32", 16 * kGiB), "bfloat16");
  EXPECT_EQ(dtype(8'000'000'000, "bfloat16", 16 * kGiB), "nf4");
}

TEST(Choices, FewRowsAreGoneThroughMoreOften) {
  const auto tokens = [](int64_t rows) {
    return value(choose_training(kSmall, {.documents = rows, .rows = rows, .length = 10}, kGiB, {}),
                 "training/post_lora_tokens");
  };
  EXPECT_EQ(tokens(20), "[2000]") << "10 epochs of 5 steps of 4 rows";
  EXPECT_EQ(tokens(400), "[12000]") << "3 epochs of 50 steps of 8 rows";
}

TEST(Choices, AboutTwoHundredRecordsAreForValidation) {
  EXPECT_EQ(choose_validation(100, {}, {}).value, "0.1");
  EXPECT_EQ(choose_validation(5000, {}, {}).value, "0.04");
  EXPECT_EQ(choose_validation(1'000'000, {}, {}).value, "0.01");
  EXPECT_EQ(choose_validation(60, 10, {}).value, "0.2") << "two rows of ten";
  EXPECT_EQ(choose_validation(1, 5000, {}).value, "0.1");
}

TEST(Choices, AreShownWithTheirReasons) {
  const Table table = choices_table(choose_training(kSmall, kRows, 64 * kGiB, {}));
  ASSERT_GE(table.rows.size(), 8);
  for (const auto& row : table.rows) EXPECT_FALSE(row[1].empty() || row[2].empty()) << row[0];
}

}  // namespace
}  // namespace twofold
