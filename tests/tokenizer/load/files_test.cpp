#include "tokenizer/load/files.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tokenizer/load/bytes_files.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::Key;

/// Folders of a tokenizer, of weights, and of what is kept.
class TokenizerFiles : public testing::Test {
 protected:
  TokenizerFiles() { std::filesystem::create_directories(root_); }
  ~TokenizerFiles() override { std::filesystem::remove_all(root_); }

  Path put(const std::string& folder, const FileTexts& files) {
    for (const auto& [name, text] : files) {
      std::filesystem::create_directories((root_ / folder / name).parent_path());
      write_atomic(root_ / folder / name, text);
    }
    return root_ / folder;
  }
  /// What is kept, in a folder of its own, makes the same ids as `settings` do now.
  void expect_the_same(const TokenizerConfig& settings, const FileTexts& files) {
    const std::unique_ptr<Tokenizer> before = make_tokenizer(settings);
    const Path kept = put("kept", files);
    const auto after = make_tokenizer(tokenizer_in(kept, files, settings));
    EXPECT_EQ(after->encode("ab é"), before->encode("ab é"));
    EXPECT_EQ(after->vocab_size(), before->vocab_size());
    EXPECT_EQ(after->eot_token(), before->eot_token());
    std::filesystem::remove_all(kept);
  }

  Path root_ = Path(testing::TempDir()) / ("tokenizer_files" + std::to_string(getpid()));
};

TokenizerConfig at(const Path& place) {
  return {.backend = "huggingface", .name = "", .file = place.string()};
}

TEST_F(TokenizerFiles, AreAllOfAFolder) {
  FileTexts all = bytes_tokenizer_files();
  all["config.json"] = "{}";
  all["additional_chat_templates/tool.jinja"] = "t";
  all["special_tokens_map.json"] = "{}";
  FileTexts more = all;
  more["model.safetensors"] = more["README.md"] = more["additional_chat_templates/x.txt"] = "no";
  const Path folder = put("model", more);
  EXPECT_THAT(tokenizer_files_in(folder),
              ElementsAre("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
                          "additional_chat_templates/tool.jinja"));
  for (const Path& place : {folder, folder / "tokenizer.json"}) {
    EXPECT_EQ(tokenizer_files(at(place), {}), all) << place;
    expect_the_same(at(place), tokenizer_files(at(place), {}));
  }
}

TEST_F(TokenizerFiles, OfAFileUnderAnotherNameAreThatOne) {
  const FileTexts bytes = bytes_tokenizer_files();
  const Path folder = put("model", {{"mine.json", bytes.at("tokenizer.json")},
                                    {"tokenizer_config.json", bytes.at("tokenizer_config.json")},
                                    {"tokenizer.json", "{}"},
                                    {"tokenizer.model", "another"}});
  const FileTexts files = tokenizer_files(at(folder / "mine.json"), {});
  EXPECT_EQ(files, bytes);
  expect_the_same(at(folder / "mine.json"), files);
}

TEST_F(TokenizerFiles, OfWeightsServeARunThatNamesNone) {
  const Path weights = put("weights", bytes_tokenizer_files());
  const TokenizerConfig none;
  EXPECT_EQ(tokenizer_files(none, weights), bytes_tokenizer_files());
  EXPECT_EQ(tokenizer_of(none, weights).file, weights.string());
  EXPECT_TRUE(tokenizer_files(none, {}).empty());
  const TokenizerConfig trivial{.backend = "trivial"};
  EXPECT_EQ(tokenizer_of(trivial, weights).backend, "trivial");
}

TEST_F(TokenizerFiles, WithoutATemplateGoWithThatOfTheWeights) {
  const Path folder = put("tokenizer", bytes_tokenizer_files());
  const Path weights = put("weights", {{"tokenizer_config.json", R"({"chat_template": "hi"})"}});
  const FileTexts files = tokenizer_files(at(folder), weights);
  EXPECT_EQ(files.at("chat_template.jinja"), "hi");
  EXPECT_EQ(files.at("tokenizer_config.json"), bytes_tokenizer_files().at("tokenizer_config.json"));
}

TEST_F(TokenizerFiles, ThatAreGoneOrDamagedAreNone) {
  EXPECT_TRUE(tokenizer_files(at(root_ / "nowhere"), {}).empty());
  const Path folder = put("tokenizer", {{"mine.json", "{"}});
  EXPECT_TRUE(tokenizer_files(at(folder / "mine.json"), {}).empty());
}

TEST_F(TokenizerFiles, OfTwoNamesAreCalledAsTodaysPrograms) {
  const Path folder = put("old", {{"encoder.json", R"({"a": 0, "b": 1, "<|endoftext|>": 2})"},
                                  {"vocab.bpe", "#version: 0.2\n"},
                                  {"tokenizer.json", "{}"}});
  EXPECT_THAT(tokenizer_files(at(folder / "encoder.json"), {}),
              ElementsAre(Key("merges.txt"), Key("vocab.json")));
}

TEST(BytesTokenizerFiles, AreTheBytesBackend) {
  const Path folder = Path(testing::TempDir()) / ("bytes_files" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  for (const auto& [name, text] : bytes_tokenizer_files()) write_atomic(folder / name, text);
  const auto files = make_tokenizer(at(folder));
  const auto bytes = make_tokenizer({.backend = "bytes"});
  const std::string text = "one\r\n \t\u00e9\u4e2d\U0001F600";
  EXPECT_EQ(files->encode(text), bytes->encode(text));
  EXPECT_EQ(files->decode(files->encode(text)), text);
  EXPECT_EQ(files->vocab_size(), bytes->vocab_size());
  EXPECT_EQ(files->eot_token(), bytes->eot_token());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace twofold
