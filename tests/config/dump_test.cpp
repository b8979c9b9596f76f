#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "base/random.h"
#include "config/fields.h"
#include "config/sample.h"
#include "twofold/config/field.h"

namespace {

using namespace twofold;
using sample::Bound;
using testing::HasSubstr;

/// Settings drawn at random; texts are made of characters that YAML likes least.
sample::Settings random_settings(uint64_t seed) {
  const RandomStream stream(seed, Purpose::kTest);
  uint64_t next = 0;
  const auto draw = [&](uint64_t below) { return stream.bits(next++) % below; };
  const auto text = [&] {
    static const std::string kLetters = "ab:#'\"{}[],&*!|>%@`-?~ \n\t\\/.=é0e1\x7f";
    std::string result;
    for (uint64_t length = draw(9); length > 0; --length) result += kLetters[draw(kLetters.size())];
    const bool broken =
        result.find('\xc3') != std::string::npos || result.find('\xa9') != std::string::npos;
    return broken ? std::string("né") : result;
  };
  sample::Settings s;
  s.rank = 1 + static_cast<int64_t>(draw(4096));
  s.lr = std::exp(80 * (stream.uniform(next++) - 0.5));
  s.bias = draw(2) == 1;
  s.schedule = draw(2) == 1 ? "cosine" : "wsd";
  s.data = text();
  s.targets.clear();
  for (uint64_t n = draw(4); n > 0; --n) s.targets.push_back(text());
  s.tokens.assign(draw(4), static_cast<int64_t>(1 + draw(uint64_t{1} << 62)));
  s.mixtures.assign(draw(4), {});
  for (auto& mixture : s.mixtures) {
    for (uint64_t n = draw(3); n > 0; --n) {
      mixture.push_back({text(), stream.uniform(next++), sample::Style(draw(2))});
    }
  }
  for (uint64_t n = draw(3); n > 0; --n) s.weights[text()] = std::exp(stream.normal(next++) * 20);
  return s;
}

TEST(Dump, ReadsBackAsTheSameSettings) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Bound drawn(random_settings(seed));
    const_cast<config::Field*>(drawn.fields.find("data/name"))->assigned = true;
    const std::string text = config::dump(drawn.fields, "some/job", seed % 2 == 0);
    Bound read;
    ASSERT_NO_THROW(read.load(text, {})) << text;
    for (const auto& field : drawn.fields.all()) {
      ASSERT_EQ(config::value_text(*field), config::value_text(*read.fields.find(field->key)))
          << text;
    }
    ASSERT_EQ(drawn.settings.lr, read.settings.lr);
    ASSERT_EQ(drawn.settings.data, read.settings.data);
    ASSERT_EQ(drawn.settings.weights, read.settings.weights);
  }
}

TEST(Dump, IsBlockYamlGroupedBySectionInDeclaredOrder) {
  Bound bound;
  bound.load("optimization: {lr: 1e-6}\n", {"data.name=''"});
  EXPECT_EQ(config::dump(bound.fields, "a/b", false),
            "job: a/b\n"
            "optimization:\n"
            "  lora:\n"
            "    rank: 16\n"
            "    targets: [kernel]\n"
            "  lr: 1.0e-06\n"
            "  schedule: wsd\n"
            "training:\n"
            "  tokens: [1000]\n"
            "  dataset:\n"
            "  - - name: fineweb\n"
            "      rate: 1.0\n"
            "      style: PMD\n"
            "  weights: {}\n"
            "architecture:\n"
            "  bias: true\n"
            "  style: PMD\n"
            "data:\n"
            "  name: ''\n");
}

TEST(Dump, MarksOpenValuesAndCommentsEachKey) {
  Bound bound;
  const std::string text = config::dump(bound.fields, "", true);
  EXPECT_THAT(text, HasSubstr("# Which data. (string, required)\n  name: ???\n"));
  EXPECT_THAT(text, HasSubstr("    # Rank r of each adapter. (int, in [1, 4096])\n    rank: 16\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Dump, WrapsLongCommentsAt100Columns) {
  double value = 1;
  config::Fields fields;
  std::string doc = "Word";
  for (int i = 0; i < 60; ++i) doc += " word";
  fields.add("section/key", value, doc);
  std::istringstream lines(config::dump(fields, "", true));
  int comments = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 100u);
    comments += line.starts_with("  # ");
  }
  EXPECT_GE(comments, 3);
}

TEST(Document, HasARowForEachKey) {
  Bound bound;
  const std::string text = config::document(bound.fields);
  EXPECT_THAT(text, HasSubstr("| `optimization/lora/rank` | int | `16` | in [1, 4096] |"));
  EXPECT_THAT(text, HasSubstr("| `data/name` | string | required |"));
}

TEST(Scalar, FloatsAreShortExactAndFloats) {
  EXPECT_EQ(config::float_text(1), "1.0");
  EXPECT_EQ(config::float_text(3e-4), "0.0003");
  EXPECT_EQ(config::float_text(1e-6), "1.0e-06");
  EXPECT_EQ(config::float_text(-1.5e300), "-1.5e+300");
  const RandomStream stream(1, Purpose::kTest);
  for (uint64_t i = 0; i < 2000; ++i) {
    const double number = std::exp(300 * stream.normal(i));
    if (!std::isfinite(number)) continue;
    EXPECT_EQ(config::parse_float(config::float_text(number)), number);
  }
  EXPECT_EQ(config::parse_float(config::float_text(-INFINITY)), -INFINITY);
}

TEST(Scalar, IntegersMayBeWrittenAsWholeFloats) {
  EXPECT_EQ(config::parse_integer("1e9"), 1'000'000'000);
  EXPECT_EQ(config::parse_integer("+1_000"), 1000);
  EXPECT_EQ(config::parse_integer("-7"), -7);
  EXPECT_EQ(config::parse_integer("9223372036854775807"), std::numeric_limits<int64_t>::max());
  for (const char* text : {"1.5", "1e17", "0x10", "1_", "_1", "", "-", "+-1", "1 ", "inf", "nan"}) {
    EXPECT_EQ(config::parse_integer(text), std::nullopt) << text;
  }
}

}  // namespace
