#include "eval/text_stream.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"
#include "base/random.h"
#include "tokenizer/config.h"
#include "tokenizer/load/make.h"
#include "twofold/tokenizer.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

/// Pieces that a text of bytes is handed on in.
std::vector<std::string> pieces(const std::string& text, std::vector<std::string> stops) {
  TokenizerConfig config;
  config.backend = "bytes";
  const auto tokenizer = make_tokenizer(config);
  std::vector<std::string> found;
  TextStream stream(*tokenizer, {'>'}, std::move(stops),
                    [&](const std::string& piece) { found.push_back(piece); });
  for (const unsigned char byte : text) {
    if (!stream.add(byte)) break;
  }
  stream.finish();
  return found;
}

TEST(TextStream, HandsOnWholeCharacters) {
  const std::vector<std::string> expected = {"a", "é", "€", "😀", "b"};
  EXPECT_EQ(pieces("aé€😀b", {}), expected);
}

TEST(TextStream, BytesThatAreNoCharacterAreNotHeldForEver) {
  const std::vector<std::string> expected = {"\uFFFD\uFFFDx", "\uFFFD"};
  EXPECT_EQ(pieces("\xff\x80x\xe2\x82", {}), expected);
}

TEST(TextStream, GivesWhatDecodeWouldGive) {
  const RandomStream stream(3, Purpose::kTest);
  const std::string parts[] = {"a", "é", "€", "😀", "\xff", "\x80", "\xe2\x82", "\xf0\x9f"};
  for (uint64_t round = 0; round < 200; ++round) {
    std::string text, joined;
    for (uint64_t i = 0; i < 12; ++i) {
      text += parts[static_cast<size_t>(stream.uniform(round * 12 + i) *
                                        static_cast<double>(std::size(parts)))];
    }
    for (const std::string& piece : pieces(text, {})) {
      EXPECT_EQ(repair_utf8(piece), piece);
      joined += piece;
    }
    EXPECT_EQ(joined, repair_utf8(text));
  }
}

TEST(TextStream, RowsWithoutATokenAreNoText) {
  TokenizerConfig config;
  config.backend = "bytes";
  const auto tokenizer = make_tokenizer(config);
  std::string text;
  TextStream stream(*tokenizer, {'>', 300}, {}, [&](const std::string& piece) { text += piece; });
  for (const int32_t id : {97, 257, 98, 31999, 256, 99}) EXPECT_TRUE(stream.add(id));
  stream.finish();
  EXPECT_EQ(text, "abc");
}

TEST(TextStream, LongTextsComeWhole) {
  std::string text;
  while (text.size() < 2000) text += "aé€😀b stop ";
  std::string joined;
  for (const std::string& piece : pieces(text + "<end>more", {"<end>"})) joined += piece;
  EXPECT_EQ(joined, text);
}

TEST(TextStream, StopsAreNotPartOfTheText) {
  std::string joined;
  for (const std::string& piece : pieces("one two\n\nthree", {"zzz", "\n\n"})) joined += piece;
  EXPECT_EQ(joined, "one two");
}

TEST(TextStream, WhatLooksLikeAStopAndIsNoneComesLater) {
  const std::vector<std::string> expected = {"a", "<eb"};
  EXPECT_EQ(pieces("a<eb", {"<end>"}), expected);
  const std::vector<std::string> unfinished = {"a", "<e"};
  EXPECT_EQ(pieces("a<e", {"<end>"}), unfinished);
}

/// Pieces that tokens of a tokenizer.json with one token a byte are handed on in.
std::string of_byte_tokens(const std::vector<int32_t>& ids) {
  const Path file = Path(testing::TempDir()) / fmt::format("byte_tokens_{}.json", getpid());
  write_atomic(file, R"({"added_tokens": [], "normalizer": null,
      "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
      "model": {"type": "BPE", "byte_fallback": true, "merges": [],
                "vocab": {"a": 0, "<0xE2>": 1, "<0x82>": 2, "<0xAC>": 3, "<0xC3>": 4, "<0xA9>": 5,
                          "<0x0A>": 6}}})");
  const auto tokenizer = tokenizer_from_path(file);
  std::filesystem::remove(file);
  std::string text;
  TextStream stream(*tokenizer, {0}, {}, [&](const std::string& piece) { text += piece + "|"; });
  for (const int32_t id : ids) stream.add(id);
  stream.finish();
  return text;
}

TEST(TextStream, ACharacterInByteTokensIsWaitedFor) {
  EXPECT_EQ(of_byte_tokens({1, 2, 3, 0}), "€|a|");
  EXPECT_EQ(of_byte_tokens({1, 2, 3, 1, 2, 3}), "€|€|");
  EXPECT_EQ(of_byte_tokens({6, 4, 5, 1, 2, 3, 0}), "\n|é|€|a|");
  EXPECT_EQ(of_byte_tokens({0, 1, 2}), "a|\uFFFD\uFFFD|");  // as `tokenizers` ends
  EXPECT_EQ(of_byte_tokens({1, 0, 0}), "\uFFFDa|a|");
  EXPECT_EQ(of_byte_tokens({6, 1, 0, 0}), "\n|\uFFFDa|a|");
}

}  // namespace
}  // namespace twofold
