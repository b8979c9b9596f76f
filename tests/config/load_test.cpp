#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fields.h"
#include "config/parsed.h"
#include "config/sample.h"
#include "twofold/config/field.h"

namespace {

using namespace twofold;
using namespace twofold::config;
using sample::Bound;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Load, KeepsDefaultsAndTakesWhatIsSet) {
  Bound bound;
  bound.load(
      "job: a/b\noptimization:\n  lr: 1e-3\n  lora: {rank: 8}\narchitecture:\n  bias: false\n");
  EXPECT_EQ(bound.settings.lr, 1e-3);
  EXPECT_EQ(bound.settings.rank, 8);
  EXPECT_FALSE(bound.settings.bias);
  EXPECT_EQ(bound.settings.schedule, "wsd");
  EXPECT_EQ(bound.settings.data, "x");
}

TEST(Load, ReadsRecordsEnumsListsAndMaps) {
  Bound bound;
  bound.load(
      "training:\n  tokens: [1e9, 1_000_000]\n  weights: {a: 1, 'b c': 0.5}\n"
      "  dataset:\n  - - name: one\n      rate: 0.25\n      style: PMD\n    - name: two\n  - []\n");
  EXPECT_THAT(bound.settings.tokens, ElementsAre(1'000'000'000, 1'000'000));
  EXPECT_EQ(bound.settings.weights.at("b c"), 0.5);
  ASSERT_EQ(bound.settings.mixtures.size(), 2u);
  EXPECT_EQ(bound.settings.mixtures[0][0].rate, 0.25);
  EXPECT_EQ(bound.settings.mixtures[0][0].style, sample::Style::PMD);
  EXPECT_EQ(bound.settings.mixtures[0][1].style, sample::Style::PADDED);
}

TEST(Load, ReportsEveryProblemAtOnceWithItsLine) {
  Bound bound;
  const auto problems = bound.problems(
      "optimization:\n  lr: fast\n  lora:\n    rnk: 4\n    rank: 0\n  schedule: wsdd\n", {});
  ASSERT_EQ(problems.size(), 5u);
  std::string all;
  for (const Problem& problem : problems) all += problem.render() + "\n";
  EXPECT_THAT(all, HasSubstr("run.yaml:2 optimization/lr"));
  EXPECT_THAT(all, HasSubstr("run.yaml:4 optimization/lora/rnk"));
  EXPECT_THAT(all, HasSubstr("did you mean `optimization/lora/rank`"));
  EXPECT_THAT(all, HasSubstr("run.yaml:5 optimization/lora/rank"));
  EXPECT_THAT(all, HasSubstr("in [1, 4096]"));
  EXPECT_THAT(all, HasSubstr("did you mean `wsd`"));
  EXPECT_THAT(all, HasSubstr("missing required value data/name"));
  EXPECT_EQ(bound.settings.lr, 3e-4) << "nothing is set when anything is wrong";
}

TEST(Load, GivesAdviceForWhatIsAbsentOnPurpose) {
  Bound bound;
  bound.fields.absent("eval", "leave it out");
  bound.fields.absent("optimization/warmup", "say training/warmup");
  const auto problems = bound.problems("eval: {names: [a]}\noptimization: {warmup: 1}\n",
                                       {"data.name=x", "eval.length=3"});
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(problems[0].hint, "leave it out");
  EXPECT_EQ(problems[1].hint, "say training/warmup");
  EXPECT_EQ(problems[2].hint, "leave it out");
}

TEST(Load, KnowsTheSameNameInAnotherSection) {
  const auto problems = Bound().problems("optimization: {rank: 4}\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].hint, HasSubstr("optimization/lora/rank"));
}

TEST(Load, RefusesASectionGivenAsAValueAndAValueGivenAsASection) {
  EXPECT_THAT(Bound().problems("training: 3\n")[0].what, HasSubstr("is a section"));
  EXPECT_THAT(Bound().problems("optimization: {lr: {a: 1}}\n")[0].what, HasSubstr("wrong type"));
}

class WrongValue : public testing::TestWithParam<const char*> {};

TEST_P(WrongValue, IsOneProblem) {
  EXPECT_EQ(Bound().problems("", {"data.name=x", GetParam()}).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Load, WrongValue,
    testing::Values("optimization.lora.rank=1.5", "optimization.lora.rank='8'",
                    "optimization.lora.rank=true", "optimization.lora.rank=99999999999999999999",
                    "optimization.lora.rank=", "optimization.lora.rank=null",
                    "optimization.lora.rank=[8]", "optimization.lora.rank=1__0",
                    "optimization.lr=0", "optimization.lr=.nan", "optimization.lr='3e-4'",
                    "optimization.lr=1e999", "architecture.bias=1", "architecture.bias=yes",
                    "architecture.style=pmd", "optimization.lora.targets=kernel",
                    "optimization.lora.targets=[[a]]", "training.tokens=[10, 0]",
                    "training.dataset=[[{name: a, rates: 1}]]", "training.dataset=[[{rate: 1}]]",
                    "training.dataset=[{name: a}]", "training.weights={a: -1}", "optimization=3",
                    "training.dataset.1=[]", "training.dataset.0.0.rate=2",
                    "training.dataset.0.0.rats=1", "training.dataset.-1=[]", "optimization.lr.0=1",
                    "nothing.at.all=1", "optimization.lora.rank", "=3", "training.tokens=[1",
                    "optimization.schedule=linear"));

TEST(Load, AValueThatIsPlainlyMeantIsSpelledOut) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"architecture.bias=True", "write true"},
      {"architecture.bias=yes", "write true"},
      {"architecture.bias=OFF", "write false"},
      {"architecture.bias=0", "write false"},
      {"architecture.bias='true'", "write true"},
      {"optimization.lora.targets=all-linear", "write [all-linear]"},
      {"training.tokens=10", "write [10]"},
      {"training.dataset=[{name: a}]", "write [{name: a}]"},
      {"optimization.lora.rank='8'", "write 8, without quotes"},
      {"optimization.lora.rank=[8]", "write 8"},
  };
  for (const auto& [override, hint] : cases) {
    const auto problems = Bound().problems("", {"data.name=x", override});
    ASSERT_EQ(problems.size(), 1u) << override;
    EXPECT_EQ(problems[0].hint, hint) << override;
  }
  for (const char* unclear : {"architecture.bias=maybe", "optimization.lora.rank='many'",
                              "optimization.lora.rank=1.5", "training.tokens=many"}) {
    const auto problems = Bound().problems("", {"data.name=x", unclear});
    ASSERT_EQ(problems.size(), 1u) << unclear;
    EXPECT_EQ(problems[0].hint.find("write"), std::string::npos) << problems[0].hint;
  }
}

/// A number with a range and a way out of it.
struct OwnOrRange {
  double decay = -1;
  int64_t threads = 0;
  Fields fields;
  OwnOrRange() {
    fields.add("decay", decay, "Decay.", {.min = 0, .max = 1, .or_else = -1});
    fields.add("threads", threads, "Threads.", {.min = 0, .max = kMaxThreads});
  }
  size_t problems(const std::string& override) {
    return fill(fields, {.overrides = {override}}).problems.size();
  }
};

TEST(Load, AValueOutsideTheRangeMayBeAllowedByItself) {
  OwnOrRange settings;
  EXPECT_EQ(settings.problems("decay=-1"), 0u);
  EXPECT_EQ(settings.problems("decay=0.5"), 0u);
  for (const char* wrong : {"decay=-0.5", "decay=-2", "decay=1.5", "decay=.inf", "decay=-.inf",
                            "decay=.nan", "threads=-1", "threads=1025"}) {
    EXPECT_EQ(settings.problems(wrong), 1u) << wrong;
  }
  EXPECT_EQ(settings.fields.find("decay")->constraint.range_text(), "in [0, 1], or -1");
}

TEST(Load, NoNumberIsInfinite) {
  EXPECT_EQ(Bound().problems("", {"data.name=x", "optimization.lr=.inf"}).size(), 1u);
}

TEST(Load, EveryProblemSaysWhatWhereExpectedFoundAndWhatToTry) {
  const auto problems = Bound().problems(
      "optimization:\n  lr: fast\n  lora: {rank: 0, zzz: 1}\n  schedule: linear\n"
      "training: {dataset: [[{rate: 1}, {name: a, qq: 1}]], tokens: 3}\narchitecture: 4\n",
      {"nonsense", "training.dataset.7=[]", "training.dataset.0.0.zz=1", "optimization.lr.x=1"});
  EXPECT_GE(problems.size(), 11u);
  for (const Problem& problem : problems) {
    for (const std::string* part :
         {&problem.what, &problem.where, &problem.expected, &problem.found, &problem.hint}) {
      EXPECT_FALSE(part->empty()) << problem.render();
    }
  }
}

TEST(Load, WhatIsNoMapOfSectionsIsRefusedWithItsPlace) {
  for (const char* text : {"- a\n- b\n", "hello"}) {
    EXPECT_THAT(Bound().problems(text)[0].where, HasSubstr("run.yaml:1"));
    EXPECT_THROW(Parsed({.text = text}).job(), Error);
  }
}

TEST(Override, BeatsYamlAndTakesSlashesOrDots) {
  Bound bound;
  bound.load("optimization: {lr: 1e-3, lora: {rank: 2}}\n",
             {"data.name=x", "optimization.lora.rank=4", "optimization/lr=2e-3",
              "optimization.lora.rank=5"});
  EXPECT_EQ(bound.settings.rank, 5);
  EXPECT_EQ(bound.settings.lr, 2e-3);
}

TEST(Override, EditsElementsOfTheDefaultAndOfTheYaml) {
  Bound bound;
  bound.load("training: {tokens: [1, 2, 3]}\n",
             {"data.name=x", "training.tokens.1=20", "training.dataset.0.0.rate=0.5",
              "training.weights.new=2", "training.dataset.0.0.style=PADDED"});
  EXPECT_THAT(bound.settings.tokens, ElementsAre(1, 20, 3));
  EXPECT_EQ(bound.settings.mixtures[0][0].name, "fineweb");
  EXPECT_EQ(bound.settings.mixtures[0][0].rate, 0.5);
  EXPECT_EQ(bound.settings.mixtures[0][0].style, sample::Style::PADDED);
  EXPECT_EQ(bound.settings.weights.at("new"), 2);
}

TEST(Override, SetsAWholeListOfRecordsOrASection) {
  Bound bound;
  bound.load("", {"data={name: d}", "training.dataset=[[{name: a, rate: 1.0, style: PMD}]]",
                  "optimization={lr: 1e-2, lora: {rank: 3}}"});
  EXPECT_EQ(bound.settings.data, "d");
  EXPECT_EQ(bound.settings.mixtures[0][0].name, "a");
  EXPECT_EQ(bound.settings.rank, 3);
}

TEST(Override, NamesTheLengthWhenAnIndexIsOutOfRange) {
  const auto problems = Bound().problems("", {"data.name=x", "training.tokens.4=1"});
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].expected, HasSubstr("length 1"));
  EXPECT_THAT(problems[0].where, HasSubstr("override training.tokens.4=1"));
}

TEST(Yaml, SyntaxDuplicatesAndSecondDocumentsAreErrorsWithTheirLine) {
  EXPECT_THAT(Bound().problems("a: [1\nb: 2\n")[0].where, HasSubstr("run.yaml:"));
  const auto twice = Bound().problems("optimization:\n  lr: 1e-3\n  lr: 2e-3\n");
  EXPECT_THAT(twice[0].what, HasSubstr("`lr` is given twice"));
  EXPECT_THAT(twice[0].where, HasSubstr("run.yaml:3"));
  EXPECT_THAT(Bound().problems("a: 1\n---\nb: 2\n")[0].what, HasSubstr("more than one"));
  for (const char* text : {",", "\n, a", ", b: 1"}) {  // yaml-cpp would go on for ever
    EXPECT_THAT(Bound().problems(text)[0].what, HasSubstr("not valid YAML")) << text;
  }
  EXPECT_THAT(Bound().problems("- 1\n")[0].what, HasSubstr("map of sections"));
  EXPECT_EQ(Bound().problems("a: &a [*a]\n").size(), 1u);
}

TEST(Load, TakesATextThatLooksLikeSomethingElseForAString) {
  Bound bound;
  bound.load("", {"data.name=2024"});
  EXPECT_EQ(bound.settings.data, "2024");
  bound.load("", {"data.name=''"});
  EXPECT_EQ(bound.settings.data, "");
}

TEST(Load, LeavesRequiredValuesOpenOnlyWhenAllowed) {
  Bound bound;
  EXPECT_EQ(bound.problems("data:\n  name: ???\n", {}).size(), 1u);
  config::load(bound.fields, {.text = "data:\n  name: ???\n"}, true);
  EXPECT_TRUE(config::is_open(*bound.fields.find("data/name")));
  bound.load("data:\n  name: ???\n", {"data.name=filled"});
  EXPECT_FALSE(config::is_open(*bound.fields.find("data/name")));
}

TEST(Load, SaysWhatTheSourceSetsAndWhichJobItIs) {
  Bound bound;
  const config::Source source{.text = "job: llama/train/lora\noptimization: {lr: 1e-3}\n",
                              .overrides = {"training.dataset.0.0.rate=0.5", "job=x"}};
  EXPECT_THAT(config::Parsed(source).keys_set(bound.fields),
              ElementsAre("optimization/lr", "training/dataset"));
  EXPECT_EQ(config::Parsed(source).job(), "llama/train/lora");
  EXPECT_EQ(config::Parsed({.text = ""}).job(), std::nullopt);
  EXPECT_THROW(config::Parsed({.text = "job: [1]"}).job(), Error);
}

TEST(Fields, FillsEveryTargetOfAKeyAndRefusesDisagreement) {
  int64_t first = 4, second = 4, other = 5;
  double mistyped = 4;
  config::Fields fields;
  fields.add("a/b", first, "One.", {.min = 1});
  fields.add("a/b", second, "Two.", {.max = 9});
  EXPECT_EQ(fields.all().size(), 1u);
  config::load(fields, {.text = "a: {b: 7}"});
  EXPECT_EQ(first, 7);
  EXPECT_EQ(second, 7);
  EXPECT_THROW(config::load(fields, {.text = "a: {b: 10}"}), Error);
  EXPECT_THROW(config::load(fields, {.text = "a: {b: 0}"}), Error);
  EXPECT_THROW(fields.add("a/b", other, "Another default."), Bug);
  EXPECT_THROW(fields.add("a/b", mistyped, "Another type."), Bug);
  EXPECT_THROW(fields.add("a", other, "A section."), Bug);
}

}  // namespace
