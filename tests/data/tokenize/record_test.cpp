#include "data/tokenize/record.h"

#include <nlohmann/json.hpp>

#include "data/tokenize/tokenize_fixture.h"
#include "support/shared_data.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Lines of JSON: the first and the last are good.
constexpr const char* kLines =
    "{\"text\": \"one\"}\n"
    "{\"text\": \"lone \\ud800!\"}\n"
    "{\"text\": \"caf\xE9\"}\n"
    "{\"text\": null}\n"
    "{\"text\": \"cut\n"
    "{\"text\": \"two\"}\n";

class RecordTest : public TokenizeTest {
 protected:
  RecordTest() { put("source.txt", kLines); }

  TokenizeVariableConfig settings(OnBadRecord on_bad_record) const {
    auto settings = variable(records::Format::kJsonl);
    settings.val_pct = 0;
    settings.on_bad_record = on_bad_record;
    return settings;
  }
  TokenizeBlockwiseConfig rows(OnBadRecord on_bad_record) const {
    auto settings = blockwise(8);
    settings.format = records::Format::kJsonl;
    settings.val_pct = 0;
    settings.on_bad_record = on_bad_record;
    return settings;
  }
  std::vector<std::string> taken() const { return documents_in(ids_in(out() / "train.bin")); }
  std::vector<nlohmann::json> list() const {
    std::vector<nlohmann::json> lines;
    std::ifstream file(out() / kBadRecordsFile);
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
};

TEST_F(RecordTest, ABadOneStopsTheJobAndSaysWhatWouldNot) {
  EXPECT_THAT(error_of([&] { tokenize_variable(settings(OnBadRecord::kStop), data()); }),
              AllOf(HasSubstr("source.txt:2"), HasSubstr("surrogate"),
                    HasSubstr("data/on_bad_record to skip or replace")));
}

TEST_F(RecordTest, BadOnesAreSkippedCountedAndListed) {
  const TokenizeResult result = tokenize_variable(settings(OnBadRecord::kSkip), data());
  EXPECT_THAT(taken(), ElementsAre("one", "two"));
  EXPECT_EQ(result.documents, 2);
  EXPECT_EQ(result.bad.skipped, 4);
  EXPECT_EQ(result.bad.replaced, 0);
  const auto listed = list();
  ASSERT_EQ(listed.size(), 4u);
  for (size_t i = 0; i < listed.size(); ++i) {
    EXPECT_EQ(listed[i].at("record"), "skipped");
    EXPECT_THAT(listed[i].at("where").get<std::string>(),
                HasSubstr(fmt::format("source.txt:{}", i + 2)));
  }
  const TokenizeResult again = tokenize_variable(settings(OnBadRecord::kSkip), data());
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(again.bad.skipped, 4);
  EXPECT_THAT(error_of([&] { tokenize_variable(settings(OnBadRecord::kStop), data()); }),
              HasSubstr("on_bad_record was \"skip\""));
}

TEST_F(RecordTest, WhatCanBeReplacedIsAndTheRestStops) {
  EXPECT_THAT(error_of([&] { tokenize_variable(settings(OnBadRecord::kReplace), data()); }),
              AllOf(HasSubstr("source.txt:4"), HasSubstr("null"),
                    HasSubstr("data/on_bad_record to skip"), Not(HasSubstr("or replace"))));
  put("source.txt", std::string(kLines).substr(0, std::string(kLines).find("{\"text\": null")));
  const TokenizeResult result = tokenize_variable(settings(OnBadRecord::kReplace), data());
  EXPECT_THAT(taken(), ElementsAre("one", "lone \uFFFD!", "caf\uFFFD"));
  EXPECT_EQ(result.bad.replaced, 2);
  EXPECT_EQ(list().at(1).at("record"), "replaced");
}

TEST_F(RecordTest, EveryFormatAndBackendFollowsTheRule) {
  put("source.txt", "one\n\nca\xE9\n\ntwo\n");
  for (const auto format : {records::Format::kLines, records::Format::kParagraphs}) {
    std::filesystem::remove_all(data());
    auto skipping = settings(OnBadRecord::kSkip);
    skipping.format = format;
    tokenize_variable(skipping, data());
    EXPECT_THAT(taken(), ElementsAre("one", "two"));
    std::filesystem::remove_all(data());
    skipping.on_bad_record = OnBadRecord::kReplace;
    tokenize_variable(skipping, data());
    EXPECT_THAT(taken(), ElementsAre("one", "ca\uFFFD", "two"));
  }
  put("source.txt", "1 2\nx\n3\n");
  auto trivial = settings(OnBadRecord::kStop);
  trivial.format = records::Format::kLines;
  trivial.tokenizer.backend = "trivial";
  EXPECT_THAT(error_of([&] { tokenize_variable(trivial, root_ / "other"); }),
              AllOf(HasSubstr("source.txt:2, byte 0 of the text"), HasSubstr("not a token id")));
  trivial.on_bad_record = OnBadRecord::kSkip;
  EXPECT_EQ(tokenize_variable(trivial, root_ / "other").bad.skipped, 1);
}

TEST_F(RecordTest, ASkippedOneMovesNoOtherToTheOtherSplit) {
  std::string good, spoiled;
  for (int i = 0; i < 200; ++i) {
    const std::string line = fmt::format("{{\"text\": \"line {}\"}}\n", i);
    good += line;
    spoiled += i % 7 == 3 ? "{\"text\": 0}\n" : line;
  }
  auto skipping = settings(OnBadRecord::kSkip);
  skipping.val_pct = 0.2;
  put("source.txt", good);
  tokenize_variable(skipping, root_ / "good");
  put("source.txt", spoiled);
  tokenize_variable(skipping, root_ / "spoiled");
  const auto val = [&](const char* name) {
    return documents_in(ids_in(root_ / name / "out/val.bin"));
  };
  const auto all = val("good");
  ASSERT_GT(val("spoiled").size(), 10u);
  for (const std::string& text : val("spoiled")) EXPECT_THAT(all, testing::Contains(text));
}

TEST_F(RecordTest, RowsSkipAndReplaceToo) {
  EXPECT_THAT(error_of([&] { tokenize_blockwise(rows(OnBadRecord::kStop), data()); }),
              HasSubstr("data/on_bad_record"));
  const TokenizeResult result = tokenize_blockwise(rows(OnBadRecord::kSkip), data());
  EXPECT_EQ(result.train, 2);
  EXPECT_EQ(result.bad.skipped, 4);
  EXPECT_EQ(std::filesystem::file_size(out() / "train.bin"), 2u * 8 * 4);
  EXPECT_EQ(list().size(), 4u);
  auto both = rows(OnBadRecord::kSkip);
  both.val_pct = 0.2;  // a row of six, and then of two
  EXPECT_EQ(tokenize_blockwise(both, root_ / "both").val, 1);
  put("source.txt", "{\"text\": 0}\n{\"text\": \"a\"}\n");
  both.val_pct = 0.5;
  EXPECT_THAT(error_of([&] { tokenize_blockwise(both, root_ / "few"); }),
              AllOf(HasSubstr("left for training"), HasSubstr("1 bad records")));
  both.val_pct = 0;
  EXPECT_EQ(tokenize_blockwise(both, root_ / "few").train, 1);
}

/// A Hugging Face tokenizer in which `</s>` is a special token and its letters are tokens too.
constexpr const char* kTokenizer = R"({
    "added_tokens": [{"id": 5, "content": "</s>", "special": true}],
    "model": {"type": "BPE", "vocab": {"a": 0, "<": 1, "/": 2, "s": 3, ">": 4}, "merges": []}})";

TEST_F(RecordTest, BothJobsTakeSpecialTokensInATextAsCharacters) {
  put("source.txt", "a</s>a\n");
  put("tokenizer.json", kTokenizer);
  auto stream = variable();
  auto row = blockwise(6);
  stream.tokenizer.backend = row.tokenizer.backend = "huggingface";
  stream.tokenizer.file = row.tokenizer.file = (root_ / "tokenizer.json").string();
  stream.val_pct = row.val_pct = 0;
  tokenize_variable(stream, root_ / "stream");
  tokenize_blockwise(row, root_ / "row");
  auto ids = ids_in(root_ / "stream/out/train.bin");
  EXPECT_EQ(ids.back(), 5);  // the end of the document
  ids.pop_back();
  EXPECT_THAT(ids, ElementsAre(0, 1, 2, 3, 4, 0));
  EXPECT_EQ(ids_in(root_ / "row/out/train.bin"), ids);
}

TEST_F(RecordTest, Gpt2sEndOfTextInATextIsCharacters) {
  SKIP_WITHOUT_SHARED_DATA();
  put("source.txt", "one<|endoftext|>two\n");
  auto row = blockwise(9);
  row.val_pct = 0;
  row.tokenizer.backend = "huggingface";
  row.tokenizer.file = (Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers/gpt2").string();
  tokenize_blockwise(row, data());
  EXPECT_THAT(ids_in(out() / "train.bin"),
              ElementsAre(505, 27, 91, 437, 1659, 5239, 91, 29, 11545));
}

}  // namespace
}  // namespace twofold
