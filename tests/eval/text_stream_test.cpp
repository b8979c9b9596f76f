#include "eval/text_stream.h"

#include <gtest/gtest.h>

#include "tokenizer/config.h"
#include "tokenizer/load/make.h"

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
  std::string joined;
  for (const std::string& piece : pieces("\xff\x80x\xe2\x82", {})) joined += piece;
  EXPECT_EQ(joined, "\xff\x80x\xe2\x82");
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

}  // namespace
}  // namespace twofold
