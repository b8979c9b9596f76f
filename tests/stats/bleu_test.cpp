#include "stats/bleu.h"

#include "support/kept.h"

namespace twofold::stats {
namespace {

using Texts = std::vector<std::string>;

BleuCounts count_all(const Texts& texts, const std::vector<Texts>& references) {
  BleuCounts sum{};
  for (size_t i = 0; i < texts.size(); ++i) {
    const BleuCounts counts = count_bleu(texts[i], references[i]);
    for (size_t k = 0; k < kBleuCounts; ++k) sum[k] += counts[k];
  }
  return sum;
}

TEST(Bleu, SplitsTextsAsSacrebleuDoes) {
  for (const auto& row : test::kept("stats/kept/words_13a")) {
    EXPECT_EQ(words_13a(row["text"].get<std::string>()), row["words"].get<Texts>()) << row;
  }
}

TEST(Bleu, IsSacrebleusWithOneAndWithSeveralReferences) {
  for (const auto& row : test::kept("stats/kept/bleu")) {
    const BleuCounts counts =
        count_all(row["texts"].get<Texts>(), row["references"].get<std::vector<Texts>>());
    EXPECT_NEAR(bleu(counts), row["bleu"].get<double>(), 1e-9) << row;
  }
}

TEST(Bleu, OfTheSameTextIsAHundred) {
  const Texts text = {"a text of five words"};
  EXPECT_DOUBLE_EQ(bleu(count_bleu(text[0], text)), 100);
  EXPECT_EQ(bleu(count_bleu("", text)), 0);
  EXPECT_EQ(bleu(count_bleu("nothing of it", text)), 0);
}

}  // namespace
}  // namespace twofold::stats
