#include "tokenizer/bpe/bpe.h"

#include <gmock/gmock.h>

#include <chrono>

#include "base/random.h"
#include "tokenizer/bpe/rank_file.h"
#include "tokenizer/ranks.h"

namespace twofold {
namespace {

std::vector<int32_t> encode(const RankTable& ranks, std::string_view piece) {
  std::vector<int32_t> ids;
  encode_piece(ranks, piece, ids);
  return ids;
}

/// The definition, word for word: join the lowest, leftmost pair until there is none.
std::vector<int32_t> by_definition(const RankTable& ranks, std::string_view piece) {
  std::vector<std::string> parts;
  for (char c : piece) parts.emplace_back(1, c);
  while (true) {
    size_t best = parts.size();
    uint32_t lowest = RankTable::kNone;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const uint32_t rank = ranks.find(parts[i] + parts[i + 1]);
      if (rank < lowest) {
        lowest = rank;
        best = i;
      }
    }
    if (best == parts.size()) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<long>(best) + 1);
  }
  std::vector<int32_t> ids;
  for (const std::string& part : parts) ids.push_back(static_cast<int32_t>(ranks.find(part)));
  return ids;
}

TEST(Bpe, JoinsTheLowestRankFirstAndLeftmostOfEquals) {
  const RankTable ranks = parse_ranks(rank_file({"bc", "ab", "aa", "abc"}), "r");
  EXPECT_EQ(encode(ranks, "abcd"), (std::vector<int32_t>{259, 'd'}));  // bc, then a + bc
  EXPECT_EQ(encode(ranks, "abd"), (std::vector<int32_t>{257, 'd'}));
  EXPECT_EQ(encode(ranks, "aaa"), (std::vector<int32_t>{258, 'a'}));
  EXPECT_EQ(encode(ranks, "aaaaa"), (std::vector<int32_t>{258, 258, 'a'}));
}

TEST(Bpe, TakesAWholePieceThatIsAToken) {
  // No pair of its parts joins to "xyz", so only the look-up of the whole piece can find it.
  const RankTable ranks = parse_ranks(rank_file({"xyz"}), "r");
  EXPECT_EQ(encode(ranks, "xyz"), std::vector<int32_t>{256});
  EXPECT_EQ(encode(ranks, "xyzx"), (std::vector<int32_t>{'x', 'y', 'z', 'x'}));
}

TEST(Bpe, ShortAndLongPiecesFollowTheDefinition) {
  const RankTable ranks = parse_ranks(
      rank_file({"ab", "ba", "aa", "abab", "bb", "aab", "baba", "abba", "aaaa", "bbb"}), "r");
  const RandomStream random(7, Purpose::kTest);
  uint64_t draw = 0;
  for (size_t length : {1, 2, 5, 40, 95, 96, 97, 98, 150, 400}) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::string piece;
      for (size_t i = 0; i < length; ++i) piece += "abc"[random.bits(draw++) % 3];
      EXPECT_EQ(encode(ranks, piece), by_definition(ranks, piece)) << piece;
    }
  }
}

TEST(Bpe, EncodesALongRunOfOneByteWithoutQuadraticTime) {
  const RankTable ranks = parse_ranks(rank_file({"aa", "aaaa", "aaaaaaaa"}), "r");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(encode(ranks, std::string(1 << 18, 'a')), std::vector<int32_t>(1 << 15, 258));
  // A quadratic loop would take minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace twofold
