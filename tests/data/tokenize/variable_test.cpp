#include <algorithm>
#include <set>

#include "data/read/dataset.h"
#include "data/tokenize/tokenize_fixture.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using TokenizeVariable = TokenizeTest;

/// A tokenizer of Hugging Face's for the letters a and b.
constexpr const char* kTokenizer = R"({
    "added_tokens": [{"id": 3, "content": "<s>", "special": true},
                     {"id": 4, "content": "</s>", "special": true}],
    "post_processor": {"type": "TemplateProcessing", "pair": [],
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [3], "tokens": ["<s>"]}}},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}})";

TEST_F(TokenizeVariable, WritesEveryDocumentOnceFollowedByTheEndOfText) {
  put_lines(400);
  const TokenizeResult result = tokenize_variable(variable(), data());
  const auto train = documents_in(ids_in(out() / "train.bin"));
  const auto val = documents_in(ids_in(out() / "val.bin"));
  EXPECT_EQ(result.documents, 400);
  EXPECT_EQ(train.size() + val.size(), 400u);
  EXPECT_NEAR(static_cast<double>(val.size()), 20, 14);
  std::multiset<std::string> all(train.begin(), train.end());
  all.insert(val.begin(), val.end());
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 400u);
  EXPECT_EQ(result.train * 4,
            static_cast<int64_t>(std::filesystem::file_size(out() / "train.bin")));
  EXPECT_EQ(result.val * 4, static_cast<int64_t>(std::filesystem::file_size(out() / "val.bin")));
  EXPECT_EQ(train[0], "line 0 ");
  EXPECT_FALSE(std::filesystem::exists(out() / "progress.json"));
  EXPECT_FALSE(std::filesystem::exists(out() / "lock"));
}

TEST_F(TokenizeVariable, WritesTheSameBytesForAnyNumberOfThreadsAndRounds) {
  put_lines(300);
  auto settings = variable();
  settings.num_proc = 1;
  tokenize_variable(settings, root_ / "one");
  settings.num_proc = 5;
  tokenize_variable(settings, root_ / "five", {.round_bytes = 50, .save_seconds = 0});
  EXPECT_EQ(contents_of(root_ / "one"), contents_of(root_ / "five"));
}

TEST_F(TokenizeVariable, PutsAroundADocumentWhatAModelExpectsIfToldTo) {
  put("source.txt", "ab\na\n");
  put("tokenizer.json", kTokenizer);
  auto settings = variable();
  settings.val_pct = 1e-9;
  settings.tokenizer = {};
  settings.tokenizer.backend = "huggingface";
  settings.tokenizer.file = (root_ / "tokenizer.json").string();
  tokenize_variable(settings, data());
  EXPECT_THAT(ids_in(out() / "train.bin"), ElementsAre(2, 4));
  settings.suffix = "marked";
  settings.tokenizer.add_special = true;
  tokenize_variable(settings, root_ / "other");
  const Path marked = root_ / "other" / (settings.dataset + "_marked");
  EXPECT_THAT(ids_in(marked / "train.bin"), ElementsAre(3, 2, 4));
  EXPECT_THAT(ids_in(marked / "val.bin"), ElementsAre(3, 0, 4));
}

TEST_F(TokenizeVariable, SplitsASingleDocumentByPosition) {
  put("source.txt", std::string(99, 'a') + "b");
  auto settings = variable(records::Format::kText);
  settings.val_pct = 0.1;
  tokenize_variable(settings, data());
  const auto val = ids_in(out() / "val.bin");
  EXPECT_EQ(ids_in(out() / "train.bin"), std::vector<int32_t>(91, 'a'));
  ASSERT_EQ(val.size(), 10u);  // a tenth of 101
  EXPECT_EQ(val[8], 'b');
  EXPECT_EQ(val[9], 256);
}

TEST_F(TokenizeVariable, KeepsTheLastDocumentForValidationWhenChanceKeptNone) {
  put("source.txt", "one\ntwo\nthree\n");
  auto settings = variable();
  settings.val_pct = 1e-9;
  const TokenizeResult result = tokenize_variable(settings, data());
  EXPECT_THAT(documents_in(ids_in(out() / "train.bin")), ElementsAre("one", "two"));
  EXPECT_THAT(documents_in(ids_in(out() / "val.bin")), ElementsAre("three"));
  EXPECT_EQ(result.train, 8);
  EXPECT_EQ(result.val, 6);
}

TEST_F(TokenizeVariable, WritesNoValidationFileWithoutAShareForIt) {
  put_lines(50);
  auto settings = variable();
  settings.val_pct = 0;
  EXPECT_EQ(tokenize_variable(settings, data()).val, 0);
  EXPECT_FALSE(std::filesystem::exists(out() / "val.bin"));
  EXPECT_TRUE(tokenize_variable(settings, data()).already_done);
}

TEST_F(TokenizeVariable, TreatsSpecialTokensInTheTextAsText) {
  put("source.txt", "a<|endoftext|>b\n");
  auto settings = variable();
  settings.val_pct = 0;
  tokenize_variable(settings, data());
  EXPECT_THAT(documents_in(ids_in(out() / "train.bin")), ElementsAre("a<|endoftext|>b"));
}

TEST_F(TokenizeVariable, StopsAtItsLimits) {
  put("source.txt", "aaa\nbbb\nccc\nddd\n");
  auto settings = variable();
  settings.val_pct = 0;
  settings.max_samples = 3;
  EXPECT_EQ(tokenize_variable(settings, root_ / "samples").documents, 3);
  settings.max_samples = -1;
  settings.max_tokens = 5;  // looked at before each document of 4 tokens
  EXPECT_EQ(tokenize_variable(settings, root_ / "tokens").train, 8);
}

TEST_F(TokenizeVariable, ASplitDoesNotDependOnOtherDocuments) {
  put_lines(300);
  tokenize_variable(variable(), root_ / "long");
  put_lines(200);
  tokenize_variable(variable(), root_ / "short");
  const auto val = [&](const char* name) {
    return documents_in(ids_in(root_ / name / "out" / "val.bin"));
  };
  const auto all = val("long"), first = val("short");
  ASSERT_LE(first.size(), all.size());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), all.begin()));
}

TEST_F(TokenizeVariable, RunAgainDoesNothing) {
  put_lines(100);
  EXPECT_FALSE(tokenize_variable(variable(), data()).already_done);
  const auto before = contents_of(out());
  auto settings = variable();
  settings.num_proc = 1;
  const TokenizeResult again = tokenize_variable(settings, data());
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(again.documents, 100);
  EXPECT_EQ(contents_of(out()), before);
}

TEST_F(TokenizeVariable, RefusesAnotherArgumentOrSourceAndSaysWhichDiffers) {
  put_lines(100);
  tokenize_variable(variable(), data());
  const auto before = contents_of(out());
  auto settings = variable();
  settings.seed = 5;
  settings.val_pct = 0.5;
  EXPECT_THAT(error_of([&] { tokenize_variable(settings, data()); }),
              AllOf(HasSubstr("seed was 2357"), HasSubstr("val_pct was 0.05"),
                    testing::Not(HasSubstr("format was")), HasSubstr("delete the folder")));
  put_lines(101);
  EXPECT_THAT(error_of([&] { tokenize_variable(variable(), data()); }), HasSubstr("source was"));
  EXPECT_EQ(contents_of(out()), before);
}

TEST_F(TokenizeVariable, AFolderOfATokenizerStandsForTheFileInIt) {
  put("source.txt", "ab\na\nb\n");
  put("tokenizer/tokenizer.json", kTokenizer);
  const std::string folder = (root_ / "tokenizer").string();
  TokenizeVariableConfig settings = variable();
  settings.tokenizer = {.backend = "huggingface", .name = folder};
  EXPECT_FALSE(tokenize_variable(settings, data()).already_done);
  for (const std::string& file : {folder, folder + "/tokenizer.json"}) {
    settings.tokenizer = {.backend = "huggingface", .file = file};
    EXPECT_TRUE(tokenize_variable(settings, data()).already_done);
  }
  put("tokenizer/tokenizer.json", std::string(kTokenizer) + "\n");
  EXPECT_THAT(error_of([&] { tokenize_variable(settings, data()); }), HasSubstr("tokenizer was"));
}

TEST_F(TokenizeVariable, AFileThatTheBackendDoesNotReadIsNotLookedAt) {
  put_lines(40);
  TokenizeVariableConfig settings = variable();
  settings.tokenizer.file = root_.string();
  EXPECT_FALSE(tokenize_variable(settings, data()).already_done);
}

TEST_F(TokenizeVariable, RefusesAFolderOfSomethingElseAndADamagedDataset) {
  put_lines(10);
  put("data/out/train.bin", "precious");
  EXPECT_THAT(error_of([&] { tokenize_variable(variable(), data()); }), HasSubstr("train.bin"));
  EXPECT_EQ(read_text(out() / "train.bin"), "precious");
  std::filesystem::remove_all(out());
  tokenize_variable(variable(), data());
  std::filesystem::resize_file(out() / "train.bin", 4);
  EXPECT_THAT(error_of([&] { tokenize_variable(variable(), data()); }), HasSubstr("damaged"));
}

TEST_F(TokenizeVariable, RefusesANameThatIsNoFolder) {
  put_lines(3);
  for (const char* name : {"", "a/b", "..", "/tmp"}) {
    auto settings = variable();
    settings.dataset = name;
    EXPECT_THAT(error_of([&] { tokenize_variable(settings, data()); }), HasSubstr("data/dataset"));
  }
}

TEST_F(TokenizeVariable, TellsHowFarItIs) {
  put_lines(200);
  std::vector<TokenizeProgress> seen;
  tokenize_variable(
      variable(), data(),
      {.progress = [&](const TokenizeProgress& now) { seen.push_back(now); }, .round_bytes = 100});
  ASSERT_GT(seen.size(), 5u);
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_GT(seen[i].documents, seen[i - 1].documents);
  EXPECT_EQ(seen.back().documents, 200);
  EXPECT_DOUBLE_EQ(seen.back().fraction, 1);
}

TEST_F(TokenizeVariable, ItsFilesCanBeTrainedOn) {
  put_lines(300);
  tokenize_variable(variable(), data());
  for (const Split split : {Split::kTrain, Split::kVal})
    EXPECT_GE(open_dataset(data(), sampling("out", DatasetStyle::PMD), split, 16, 257)->rows(), 1);
}

TEST(TokenizeConfig, DeclaresItsKeysWithTheReferencesDefaults) {
  TokenizeVariableConfig config;
  config::Fields fields;
  config.declare(fields);
  config::load(fields, {.text = "data: {dataset: a, source: b.txt, format: jsonl, max_tokens: 5}",
                        .overrides = {}});
  EXPECT_EQ(config.format, records::Format::kJsonl);
  EXPECT_EQ(config.max_tokens, 5);
  EXPECT_EQ(config.val_pct, 0.05);
  EXPECT_EQ(config.seed, 2357);
  const std::string text = error_of([] {
    TokenizeBlockwiseConfig open;
    config::Fields unset;
    open.declare(unset);
    config::load(unset, {.text = "", .overrides = {"data.val_pct=1"}});
  });
  EXPECT_THAT(
      text, AllOf(HasSubstr("data/dataset"), HasSubstr("data/source"), HasSubstr("data/val_pct")));
}

}  // namespace
}  // namespace twofold
