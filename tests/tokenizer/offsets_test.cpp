// What each token stands for, in every kind of tokenizer.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "support/shared_data.h"
#include "tokenizer/huggingface/tokenizer.h"
#include "tokenizer/load/characters.h"
#include "tokenizer/load/extended.h"
#include "tokenizer/load/from_path.h"
#include "tokenizer/plain/plain.h"

namespace twofold {
namespace {

using nlohmann::json;
using Spans = std::vector<ByteSpan>;

std::unique_ptr<Tokenizer> made_of(const json& document) {
  const std::string file = "t.json";
  return std::make_unique<hf::HuggingFaceTokenizer>(hf::read_tokenizer_json(document, file));
}

/// Characters are tokens of their own; `<s>` is a special token.
json letters(const std::string& characters, json normalizer, json pre_tokenizer) {
  json vocabulary = {{"<unk>", 0}, {"<s>", 1}};
  for (const char c : characters) vocabulary[std::string(1, c)] = vocabulary.size();
  for (const char* more : {"\u2581", "\u00e9", "\u2581a"}) vocabulary[more] = vocabulary.size();
  return {
      {"version", "1.0"},
      {"added_tokens", {{{"id", 1}, {"content", "<s>"}, {"special", true}, {"normalized", false}}}},
      {"normalizer", std::move(normalizer)},
      {"pre_tokenizer", std::move(pre_tokenizer)},
      {"model",
       {{"type", "BPE"},
        {"unk_token", "<unk>"},
        {"vocab", vocabulary},
        {"merges", json::array({json::array({"\u2581", "a"})})}}}};
}

Spans offsets_of(const Tokenizer& tokenizer, std::string_view text, const Spans& ordinary = {}) {
  const EncodedText made = tokenizer.encode_with_offsets(text, ordinary);
  EXPECT_EQ(made.ids.size(), made.offsets.size());
  if (ordinary.empty()) {
    EXPECT_EQ(made.ids, tokenizer.encode(text));
  }
  return made.offsets;
}

TEST(Offsets, OfATextThatIsReadAsItIs) {
  const auto tokenizer = made_of(letters("abc<s>", nullptr, nullptr));
  EXPECT_EQ(offsets_of(*tokenizer, "a<s>xb"), (Spans{{0, 1}, {1, 4}, {4, 5}, {5, 6}}));
}

TEST(Offsets, OfATextThatSpellsTheUnknownToken) {
  const auto tokenizer = made_of(letters("aknu", nullptr, nullptr));
  EXPECT_EQ(offsets_of(*tokenizer, "a<unk>"),
            (Spans{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}));
}

TEST(Offsets, LookThroughANormalizer) {
  const json marks = {
      {"type", "Sequence"},
      {"normalizers",
       {{{"type", "Prepend"}, {"prepend", "\u2581"}},
        {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}}}}};
  const auto tokenizer = made_of(letters("abc", marks, nullptr));
  EXPECT_EQ(offsets_of(*tokenizer, "ab ac"), (Spans{{0, 1}, {1, 2}, {2, 4}, {4, 5}}));
  EXPECT_EQ(offsets_of(*tokenizer, "b"), (Spans{{0, 1}, {0, 1}}));
  const auto composing = made_of(letters("abe", {{"type", "NFC"}}, nullptr));
  EXPECT_EQ(offsets_of(*composing, "ae\u0301b"), (Spans{{0, 1}, {1, 4}, {4, 5}}));
}

TEST(Offsets, LookThroughAPreTokenizer) {
  const json pre = {{"type", "Metaspace"}, {"replacement", "\u2581"}, {"prepend_scheme", "always"}};
  const auto tokenizer = made_of(letters("abc", nullptr, pre));
  EXPECT_EQ(offsets_of(*tokenizer, "ab<s>a c"),
            (Spans{{0, 1}, {1, 2}, {2, 5}, {5, 6}, {6, 7}, {7, 8}}));
}

TEST(Offsets, BytesOfACharacterAreItsBytes) {
  const auto tokenizer = make_bytes_tokenizer();
  EXPECT_EQ(offsets_of(*tokenizer, "a\u00e9"), (Spans{{0, 1}, {1, 2}, {2, 3}}));
  EXPECT_EQ(characters_of("a\u00e9", offsets_of(*tokenizer, "a\u00e9")),
            (Spans{{0, 1}, {1, 2}, {1, 2}}));
}

TEST(Offsets, OfNumbers) {
  EXPECT_EQ(offsets_of(*make_trivial_tokenizer(), "12 3"), (Spans{{0, 2}, {3, 4}}));
}

TEST(Offsets, SpecialTokensInAPartThatIsOrdinaryAreCharacters) {
  const auto tokenizer = made_of(letters("ab<s>", nullptr, nullptr));
  EXPECT_EQ(offsets_of(*tokenizer, "<s>a<s>", {{4, 5}}),
            (Spans{{0, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}}));
}

TEST(Offsets, OfTokensThatWereAdded) {
  hf::AddedToken mark;
  mark.id = 257;
  mark.content = mark.pattern = "<s>";
  mark.special = true;
  const ExtendedTokenizer tokenizer(make_bytes_tokenizer(),
                                    {.tokens = {mark}, .prefix = SpacePrefix::kFirst});
  // U+2581 in front is three bytes of this tokenizer, and of the text its first character.
  EXPECT_EQ(offsets_of(tokenizer, "a<s>b"),
            (Spans{{0, 1}, {0, 1}, {0, 1}, {0, 1}, {1, 4}, {4, 5}}));
  EXPECT_EQ(offsets_of(tokenizer, " <s>", {{1, 4}}).size(), 4u);
}

/// A tokenizer of a program that tells no offsets: tokens are what stands between bars.
class Barred : public Tokenizer {
 public:
  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    pieces_.clear();
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('|', begin), text.size() - 1) + 1;
      pieces_.emplace_back(text.substr(begin, end - begin));
      ids.push_back(static_cast<int32_t>(ids.size()));
      begin = end;
    }
    return ids;
  }
  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    return encode(text);
  }
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) text += pieces_[static_cast<size_t>(id)];
    return text.starts_with('_') ? "" : text;
  }
  int32_t eot_token() const override { return 0; }
  int64_t vocab_size() const override { return 100; }

 private:
  mutable std::vector<std::string> pieces_;
};

TEST(Offsets, AreFoundByDecodingWhereATokenizerTellsNone) {
  EXPECT_EQ(offsets_of(Barred(), "ab|c|d"), (Spans{{0, 3}, {3, 5}, {5, 6}}));
  EXPECT_THROW(Barred().encode_with_offsets("_ab|c"), Error);
}

/// Of every published tokenizer: tokens cover the text in order, and a token is of the text.
TEST(Offsets, OfPublishedTokenizersCoverTheText) {
  SKIP_WITHOUT_SHARED_DATA();
  const Path data = Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers";
  const std::string text = "Gr\u00fc\u00dfe,  to \u65e5\u672c \U0001F999!\n\tThe end";
  for (const char* file : {"llama2/tokenizer.model", "llama2/tokenizer.bin", "qwen2/vocab.json",
                           "gpt2/encoder.json", "tiktoken/cl100k_base.tiktoken"}) {
    const auto tokenizer = tokenizer_from_path(data / file);
    size_t at = 0;
    for (const ByteSpan& span : offsets_of(*tokenizer, text)) {
      EXPECT_EQ(span.begin, at) << file;
      at = span.end;
    }
    EXPECT_EQ(at, text.size()) << file;
  }
}

}  // namespace
}  // namespace twofold
