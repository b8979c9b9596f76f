// Small tokenizer.json files whose ids can be seen by eye, and files that must be refused.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tokenizer/huggingface/tokenizer.h"
#include "tokenizer/ranks.h"

namespace twofold {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

hf::HuggingFaceTokenizer make(const json& document) {
  const std::string file = "t.json";
  return hf::HuggingFaceTokenizer(hf::read_tokenizer_json(document, file));
}

json small() {
  return json::parse(R"({
    "version": "1.0",
    "added_tokens": [{"id": 0, "content": "<unk>", "special": true, "normalized": false},
                     {"id": 8, "content": "<s>", "special": true, "normalized": false}],
    "normalizer": null, "pre_tokenizer": null, "decoder": {"type": "Fuse"},
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [8], "tokens": ["<s>"]}}},
    "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true,
      "vocab": {"<unk>": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "abc": 5, "bc": 6, " ": 7},
      "merges": [["b", "c"], ["a", "b"], ["a", "bc"]]}})");
}

std::string refusal(const json& document) {
  return error_of([&] { make(document); });
}

TEST(HuggingFace, MergesByTheOrderOfTheFile) {
  const auto tokenizer = make(small());
  EXPECT_EQ(tokenizer.encode("abc"), Ids{5});
  EXPECT_EQ(tokenizer.encode("ab bc"), (Ids{4, 7, 6}));
  EXPECT_EQ(tokenizer.encode("axyb"), (Ids{1, 0, 2}));  // unknown ones fused
  EXPECT_EQ(tokenizer.encode(""), Ids{});
  EXPECT_EQ(tokenizer.vocab_size(), 9);
}

TEST(HuggingFace, CutsOutSpecialTokensUnlessToldThatTheyAreText) {
  const auto tokenizer = make(small());
  EXPECT_EQ(tokenizer.encode("a<s>b"), (Ids{1, 8, 2}));
  EXPECT_EQ(tokenizer.encode_ordinary("a<s>b"), (Ids{1, 0, 2}));
  EXPECT_EQ(tokenizer.with_special({1}), (Ids{8, 1}));
  EXPECT_TRUE(tokenizer.is_special(8));
  EXPECT_FALSE(tokenizer.is_special(1));
  EXPECT_EQ(tokenizer.decode(Ids{8, 5, 7, 6}), "<s>abc bc");
}

TEST(HuggingFace, TextThatIsNotUtf8IsRepairedFirst) {
  json document = small();
  document["model"]["vocab"]["\uFFFD"] = 8;
  document["added_tokens"][1]["id"] = 9;
  document["post_processor"]["special_tokens"]["<s>"]["ids"] = {9};
  EXPECT_EQ(make(document).encode("a\xff\xe4\xb8z"), (Ids{1, 8, 8, 0}));
}

TEST(HuggingFace, NamesWhatItDoesNotSupport) {
  const auto with = [](const char* key, const json& value) {
    json document = small();
    document[json::json_pointer(key)] = value;
    return refusal(document);
  };
  EXPECT_THAT(with("/normalizer", {{"type", "Precompiled"}}),
              AllOf(HasSubstr("t.json: normalizer"), HasSubstr("Precompiled")));
  EXPECT_THAT(with("/pre_tokenizer", {{"type", "BertPreTokenizer"}}),
              HasSubstr("BertPreTokenizer"));
  EXPECT_THAT(with("/decoder", {{"type", "WordPiece"}}), HasSubstr("WordPiece"));
  EXPECT_THAT(with("/post_processor", {{"type", "RobertaProcessing"}}),
              HasSubstr("RobertaProcessing"));
  EXPECT_THAT(with("/model/type", "WordLevel"), AllOf(HasSubstr("model"), HasSubstr("WordLevel")));
  EXPECT_THAT(with("/model/dropout", 0.1), HasSubstr("model/dropout"));
  EXPECT_THAT(with("/model/end_of_word_suffix", "</w>"), HasSubstr("end_of_word_suffix"));
  EXPECT_THAT(with("/version", "2.0"), HasSubstr("version"));
  EXPECT_THAT(
      with("/pre_tokenizer",
           json::parse(
               R"({"type": "Split", "behavior": "Isolated", "pattern": {"Regex": "[a&&b]"}})")),
      HasSubstr("&&"));
  for (const char* name :
       {"\\p{Han", "\\pL", "\\p{Cyrillic}", "\\P{^Alpha}", "\\p{}", "\\p{L N}"}) {
    EXPECT_THAT(with("/pre_tokenizer",
                     {{"type", "Split"}, {"behavior", "Isolated"}, {"pattern", {{"Regex", name}}}}),
                HasSubstr("unsupported in a pattern"))
        << name;
  }
}

TEST(HuggingFace, RefusesFilesThatContradictThemselves) {
  const auto with = [](const char* key, const json& value) {
    json document = small();
    document[json::json_pointer(key)] = value;
    return refusal(document);
  };
  EXPECT_THAT(with("/model/vocab/a", 2), HasSubstr("given twice"));
  EXPECT_THAT(with("/model/vocab/a", 4'000'000'000u), HasSubstr("out of range"));
  EXPECT_THAT(with("/model/vocab/a", 16'000'000), HasSubstr("out of range"));
  EXPECT_THAT(with("/model/vocab/a", -1), HasSubstr("not a token id"));
  EXPECT_THAT(with("/model/vocab", json::array()), HasSubstr("wrong type"));
  EXPECT_THAT(with("/model/merges/0", {"b", "x"}),
              AllOf(HasSubstr("model/merges"), HasSubstr("lacks"), HasSubstr("x")));
  EXPECT_THAT(with("/model/merges/0", {"b", "b"}), HasSubstr("bb"));
  EXPECT_THAT(with("/model/merges/0", {"b"}), HasSubstr("not a merge"));
  EXPECT_THAT(with("/model/merges", 7), HasSubstr("model/merges"));
  EXPECT_THAT(with("/model/unk_token", "<none>"), HasSubstr("<none>"));
  EXPECT_THAT(with("/added_tokens/1/id", 11), HasSubstr("added_tokens/1/id"));
  EXPECT_THAT(with("/added_tokens/1/content", "<unk>"), HasSubstr("given twice"));
  EXPECT_THAT(with("/added_tokens/1/lstrip", 1), HasSubstr("lstrip"));
  EXPECT_THAT(with("/post_processor/special_tokens/<s>/ids", {99}), HasSubstr("out of range"));
  EXPECT_THAT(with("/model", nullptr), HasSubstr("model"));
  EXPECT_THAT(with("/model", 5), HasSubstr("wrong type"));
}

TEST(HuggingFace, UnigramTakesTheLikeliestWay) {
  const json document = json::parse(R"({"model": {"type": "Unigram", "unk_id": 0, "vocab":
    [["<unk>", 0.0], ["a", -1.0], ["b", -2.0], ["ab", -2.5], ["abb", -9.0]]}})");
  const auto tokenizer = make(document);
  EXPECT_EQ(tokenizer.encode("abb"), (Ids{3, 2}));
  EXPECT_EQ(tokenizer.encode("axyab"), (Ids{1, 0, 3}));
  EXPECT_EQ(tokenizer.decode(Ids{1, 2}), "a b");  // without a decoder
  json hostile = document;
  hostile["model"]["unk_id"] = 5;
  EXPECT_THAT(refusal(hostile), HasSubstr("unk_id"));
  hostile = document;
  hostile["model"]["vocab"][2] = {"a", -1.0};
  EXPECT_THAT(refusal(hostile), HasSubstr("twice"));
}

TEST(HuggingFace, TheEndOfATextIsAnErrorWhereNothingNamesIt) {
  auto tokenizer = make(small());
  EXPECT_THAT(error_of([&] { tokenizer.eot_token(); }), HasSubstr("tokenizer_config.json"));
  tokenizer.set_eot(*tokenizer.find("<s>"));
  EXPECT_EQ(tokenizer.eot_token(), 8);
}

}  // namespace
}  // namespace twofold
