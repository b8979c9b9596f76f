#include "data/sampling.h"

#include <gtest/gtest.h>

#include "data/data_fixture.h"

namespace twofold {
namespace {

struct Settings {
  Mixture mixture;
  void declare(config::Fields& fields) { fields.add("mixture", mixture, "A mixture."); }
};

Mixture parse(const std::string& yaml) {
  Settings settings;
  config::Fields fields;
  settings.declare(fields);
  config::load(fields, {.text = yaml, .overrides = {}});
  return settings.mixture;
}

TEST(Sampling, IsReadFromAConfig) {
  const Mixture mixture = parse(
      "mixture:\n- {name: stories, rate: 0.25, style: PMD}\n"
      "- {name: quiz, rate: 0.75, style: PADDED, suffix: v2}\n");
  ASSERT_EQ(mixture.size(), 2u);
  EXPECT_EQ(mixture[0].style, DatasetStyle::PMD);
  EXPECT_EQ(mixture[0].rate, 0.25);
  EXPECT_EQ(mixture[0].label(), "stories");
  EXPECT_EQ(mixture[1].label(), "quiz_v2");
}

TEST(Sampling, RefusesAMissingNameAndARateOutOfRange) {
  const std::string text =
      error_of([] { parse("mixture:\n- {rate: 0.5}\n- {name: a, rate: 1.5}\n"); });
  EXPECT_THAT(text, testing::HasSubstr("mixture/0/name"));
  EXPECT_THAT(text, testing::HasSubstr("mixture/1/rate"));
}

}  // namespace
}  // namespace twofold
