#include "tokenizer/load/beside.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tokenizer/ranks.h"

namespace twofold {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct Files {
  json config = {}, map = {}, added = {}, model = {};
  FilesBeside read() const {
    return files_beside({.tokenizer_config = config,
                         .special_tokens_map = map,
                         .added_tokens = added,
                         .config = model,
                         .folder = "folder"});
  }
};

/// "text id", with a star for special ones.
std::vector<std::string> shown(const std::vector<hf::AddedToken>& tokens) {
  std::vector<std::string> all;
  for (const hf::AddedToken& token : tokens) {
    all.push_back(token.content + " " + std::to_string(token.id) + (token.special ? "*" : ""));
  }
  return all;
}

TEST(FilesBeside, AreNoneWhereThereIsNone) {
  const FilesBeside beside = Files{}.read();
  EXPECT_FALSE(beside.any);
  EXPECT_TRUE(beside.listed.empty() && beside.named.empty() && beside.eos.empty());
}

json operator""_parsed(const char* text, size_t size) { return json::parse(text, text + size); }

TEST(FilesBeside, NameTokensInTheOrderInWhichTheyAreAdded) {
  const Files files = {.config = R"({
    "pad_token": "<pad>", "eos_token": {"content": "<e>", "lstrip": true},
    "image_token": "<image>", "add_bos_token": true, "mask_token": null, "bos_token": "<pad>",
    "additional_special_tokens": ["<x>", {"content": "<y>"}]})"_parsed};
  const FilesBeside beside = files.read();
  EXPECT_THAT(shown(beside.named),
              ElementsAre("<pad> -1*", "<e> -1*", "<image> -1*", "<x> -1*", "<y> -1*"));
  EXPECT_TRUE(beside.named[1].lstrip);
  EXPECT_EQ(beside.bos, "<pad>");
  EXPECT_EQ(beside.eos, "<e>");
  EXPECT_EQ(beside.add_bos, true);
  EXPECT_FALSE(beside.add_eos.has_value());
}

TEST(FilesBeside, OfTheOldFormTheMapAndTheListCount) {
  const Files files = {
      .config = R"({"eos_token": "</s>", "pad_token": "<pad>"})"_parsed,
      .map = R"({"eos_token": "<|im_end|>", "extra_special_tokens": {"x": "<|im_start|>"}})"_parsed,
      .added = R"({"<|im_start|>": 8, "<|im_end|>": 7, "word": 9})"_parsed};
  const FilesBeside beside = files.read();
  EXPECT_EQ(beside.eos, "<|im_end|>");
  EXPECT_EQ(beside.pad, "<pad>");
  EXPECT_THAT(shown(beside.listed), ElementsAre("<|im_end|> 7*", "<|im_start|> 8*", "word 9"));
  EXPECT_TRUE(beside.listed[2].normalized);
  EXPECT_FALSE(beside.listed[0].normalized);
}

TEST(FilesBeside, OfTheNewFormTheyAreLeftovers) {
  const Files files = {.config = R"({"added_tokens_decoder": {
                          "10": {"content": "<b>", "special": true}, "9": {"content": "<a>"}}})"_parsed,
                       .map = R"({"pad_token": "<pad>", "eos_token": "<b>"})"_parsed,
                       .added = R"({"<old>": 11})"_parsed};
  const FilesBeside beside = files.read();
  EXPECT_THAT(shown(beside.listed), ElementsAre("<a> 9", "<b> 10*"));
  EXPECT_TRUE(beside.named.empty());
  EXPECT_EQ(beside.eos, "<b>");  // better than none
}

TEST(FilesBeside, TakeTheEndOfADocumentFromTheModelsConfigLast) {
  const auto end_of = [](const json& config) { return Files{.model = config}.read().end_id; };
  EXPECT_EQ(end_of(R"({"eos_token_id": 5})"_parsed), 5);
  EXPECT_EQ(end_of(R"({"eos_token_id": [7, 5]})"_parsed), 7);
  EXPECT_EQ(end_of(R"({"text_config": {"eos_token_id": 3}})"_parsed), 3);
  for (const char* none : {R"({"eos_token_id": null})", R"({"eos_token_id": -1})", "[]", "{}"}) {
    EXPECT_FALSE(end_of(json::parse(none)).has_value()) << none;
  }
  EXPECT_FALSE(Files{.model = R"({"eos_token_id": 5})"_parsed}.read().any);
}

TEST(FilesBeside, NameTheFileAndThePlaceOfAFault) {
  const auto refusal = [](const Files& files) { return error_of([&] { files.read(); }); };
  EXPECT_THAT(
      refusal({.config = R"({"added_tokens_decoder": {"x": {"content": "<a>"}}})"_parsed}),
      AllOf(HasSubstr("folder/tokenizer_config.json"), HasSubstr("added_tokens_decoder/x")));
  EXPECT_THAT(refusal({.config = R"({"eos_token": 5})"_parsed}), HasSubstr("eos_token"));
  EXPECT_THAT(refusal({.config = R"([])"_parsed}), HasSubstr("tokenizer_config.json"));
  EXPECT_THAT(refusal({.map = R"({"pad_token": []})"_parsed}),
              HasSubstr("special_tokens_map.json"));
  EXPECT_THAT(refusal({.added = R"({"<a>": -1})"_parsed}), HasSubstr("folder/added_tokens.json"));
}

}  // namespace
}  // namespace twofold
