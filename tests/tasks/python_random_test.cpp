#include "tasks/python_random.h"

#include <gtest/gtest.h>

namespace twofold::tasks {
namespace {

using Places = std::vector<size_t>;

/// Numbers that Python 3.11 printed.
TEST(PythonRandom, SamplesAsPythonDoes) {
  PythonRandom random(1234);
  EXPECT_EQ(random.sample(7473, 5), (Places{6374, 3610, 957, 61, 742}));
  EXPECT_EQ(random.sample(7473, 5), (Places{7462, 6610, 4769, 286, 5501}));
  EXPECT_EQ(random.sample(7473, 5), (Places{5677, 687, 806, 6279, 2905}));
  EXPECT_EQ(random.sample(20, 6), (Places{7, 0, 18, 17, 11, 10}));
  EXPECT_EQ(random.sample(1, 1), Places{0});
  Places many = random.sample(100, 30);
  many.resize(8);
  EXPECT_EQ(many, (Places{78, 59, 19, 11, 23, 91, 14, 1}));
}

TEST(PythonRandom, TakesAListForSmallPopulations) {
  PythonRandom random(7);
  EXPECT_EQ(random.sample(22, 3), (Places{10, 4, 12}));
  EXPECT_EQ(random.sample(size_t{1} << 20, 3), (Places{101263, 151909, 197405}));
  EXPECT_EQ(random.sample(21, 21),
            (Places{11, 18, 1, 16, 6, 19, 15, 17, 13, 14, 3, 20, 8, 12, 0, 4, 7, 9, 2, 5, 10}));
}

}  // namespace
}  // namespace twofold::tasks
