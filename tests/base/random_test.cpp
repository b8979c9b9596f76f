#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "base/box_muller.h"

namespace {

using namespace twofold;

TEST(Philox, GivesTheKnownAnswersOfItsAuthors) {
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, DiffersInEveryPartOfItsName) {
  std::set<uint64_t> firsts;
  for (uint64_t seed : {0, 1}) {
    for (Purpose purpose : {Purpose::kDropout, Purpose::kTest}) {
      for (uint64_t a : {0, 1}) {
        for (uint64_t b : {0, 1}) firsts.insert(RandomStream(seed, purpose, a, b).bits(0));
      }
    }
  }
  EXPECT_EQ(firsts.size(), 16u);
  EXPECT_EQ(RandomStream(7, Purpose::kTest, 1, 2).bits(3),
            RandomStream(7, Purpose::kTest, 1, 2).bits(3));
}

TEST(RandomStream, UniformsFillTheUnitInterval) {
  const RandomStream stream(1, Purpose::kTest);
  std::vector<int> bins(16);
  constexpr int kCount = 160'000;
  for (int i = 0; i < kCount; ++i) {
    const double number = stream.uniform(static_cast<uint64_t>(i));
    ASSERT_GE(number, 0);
    ASSERT_LT(number, 1);
    ++bins[static_cast<size_t>(number * 16)];
  }
  for (int bin : bins) EXPECT_NEAR(bin, kCount / 16, 500);  // five standard deviations
}

TEST(RandomStream, NormalsHaveTheMomentsAndTailsOfTheNormalDistribution) {
  const RandomStream stream(2, Purpose::kTest);
  constexpr int kCount = 400'000;
  double sum = 0, squares = 0, cubes = 0, fourths = 0, products = 0, previous = 0;
  int beyond_two = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = stream.normal(static_cast<uint64_t>(i));
    sum += x;
    squares += x * x;
    cubes += x * x * x;
    fourths += x * x * x * x;
    products += x * previous;
    previous = x;
    beyond_two += std::abs(x) > 2;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.008);
  EXPECT_NEAR(squares / kCount, 1, 0.012);
  EXPECT_NEAR(cubes / kCount, 0, 0.03);
  EXPECT_NEAR(fourths / kCount, 3, 0.08);
  EXPECT_NEAR(products / kCount, 0, 0.008);
  EXPECT_NEAR(beyond_two / double{kCount}, 0.0455, 0.002);
}

TEST(BoxMuller, AgreesWithTheSystemsFunctions) {
  const RandomStream stream(3, Purpose::kTest);
  for (uint64_t i = 0; i < 100'000; ++i) {
    const uint64_t a = stream.bits(2 * i), b = stream.bits(2 * i + 1);
    const double radius = std::sqrt(-2 * std::log(1 - static_cast<double>(a >> 12) * 0x1p-52));
    const double angle = 2 * M_PI * (static_cast<double>(b >> 12) * 0x1p-52);
    const auto [cosine, sine] = normal_pair(a, b);
    ASSERT_NEAR(cosine, radius * std::cos(angle), 1e-14) << a << " " << b;
    ASSERT_NEAR(sine, radius * std::sin(angle), 1e-14) << a << " " << b;
  }
  EXPECT_EQ(normal_pair(0, 0), std::pair(0.0, 0.0));
  EXPECT_NEAR(normal_pair(~uint64_t{0}, 0).first, std::sqrt(104 * std::log(2)), 1e-14);
}

TEST(RandomStream, FillNormalIsBitForBitTheSingleNumbers) {
  const RandomStream stream(4, Purpose::kParameterInit, 5);
  for (uint64_t first : {uint64_t{0}, uint64_t{1}, uint64_t{510}, (uint64_t{1} << 40) + 1}) {
    for (uint64_t count : {0, 1, 2, 3, 511, 512, 513, 2051}) {
      std::vector<float> out(count + 1, -77.0f);
      stream.fill_normal(out.data(), first, count, 0.02);
      for (uint64_t i = 0; i < count; ++i) {
        ASSERT_EQ(out[i], static_cast<float>(0.02 * stream.normal(first + i))) << first << " " << i;
      }
      ASSERT_EQ(out[count], -77.0f) << "written beyond the end";
    }
  }
}

TEST(Hash64, IsStable) {
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2u);  // XXH3-64 of nothing, from its specification
  EXPECT_NE(hash64("blocks/0"), hash64("blocks/1"));
}

}  // namespace
