#include "report/page.h"

#include <gmock/gmock.h>

#include <cstring>
#include <set>

#include "report/figures/html.h"

namespace twofold::report {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kMostScript = 15'000;

RunData run_named(const std::string& name) {
  RunData run{.name = name, .config = {{"job", "llama/train/lora"}, {"training/seed", name}}};
  for (int step = 1; step <= 4; ++step) {
    run.train.push_back(
        {.step = step, .phase = step > 2 ? 2 : 1, .loss = 5.0 - step, .lr = 0.1, .grad_norm = 1});
    run.timing.push_back({.step = step, .tokens_per_s = 100, .rss_mib = 50, .elapsed_s = 1});
  }
  run.scored = {{.step = 0, .moment = "start", .metrics = {{"val/a/loss", {5, 0.1}}}},
                {.step = 2, .moment = "boundary", .metrics = {{"val/a/loss", {4, 0.1}}}},
                {.step = 2, .moment = "frozen", .metrics = {{"val/a/loss", {4, 0.1}}}},
                {.step = 4, .moment = "end", .metrics = {{"val/a/loss", {1, 0.1}}}}};
  run.samples = {{"adapters off", "<b>before</b>"}, {"adapters on", "after"}};
  run.warnings = {"mind <the> gap"};
  run.loss_rows = {{.step = 3, .rows = {{.dataset = "a", .text = "a row & more", .row = 7}}}};
  return run;
}

std::string page_of(const std::vector<RunData>& runs) {
  return page(page_title(runs), page_content(runs));
}

TEST(Page, IsTheSameForTheSameRuns) {
  EXPECT_EQ(page_of({run_named("one")}), page_of({run_named("one")}));
}

TEST(Page, NeedsNothingElse) {
  const std::string text = page_of({run_named("one")});
  for (const char* reference : {"src=", "@import", "url(", "<link rel=\"stylesheet"}) {
    EXPECT_THAT(text, Not(HasSubstr(reference)));
  }
  EXPECT_LE(std::strlen(kScript), kMostScript);
}

TEST(Page, HasEverySectionOfARun) {
  const std::string text = page_of({run_named("one")});
  for (const char* id : {"learned", "curves", "samples", "rows", "machine", "config"}) {
    EXPECT_THAT(text, HasSubstr(std::string("<section id=\"") + id + "\">"));
  }
  EXPECT_THAT(text, Not(HasSubstr("<section id=\"continual\">")));
  EXPECT_THAT(text, HasSubstr("chip learned"));
  EXPECT_THAT(text, HasSubstr("phase 2"));
}

TEST(Page, TakesNoTextForMarkup) {
  const std::string text = page_of({run_named("<script>")});
  EXPECT_THAT(text, Not(HasSubstr("<b>before")));
  EXPECT_THAT(text, HasSubstr("mind &lt;the&gt; gap"));
  EXPECT_THAT(text, HasSubstr("<title>&lt;script&gt;"));
  EXPECT_EQ(escape("a\xFFz"), "a\uFFFDz");
}

TEST(Page, ShowsInAComparisonWhatDiffers) {
  const std::string text = page_of({run_named("one"), run_named("two")});
  const std::string difference =
      text.substr(text.find("id=\"difference\""),
                  text.find("id=\"all-settings\"") - text.find("id=\"difference\""));
  EXPECT_THAT(difference, HasSubstr("training/seed"));
  EXPECT_THAT(difference, Not(HasSubstr("llama/train/lora")));
}

/// A run with a part in every section that names places after runs.
RunData full_run(const std::string& name) {
  RunData run = run_named(name);
  run.config = {{"job", "continual/train/benchmark_lora"}, {"optimization/lora/rank", "4"}};
  run.scored.back().updates["blocks/0/attn/q_proj"] = {0.1, 2, 0.5, 1};
  run.adapter_curve = {.scales = {0, 1}, .evaluations = {{"val/a/loss", {{2}, {1}}}}};
  run.continual = {{.tasks = {"a"},
                    .task_metrics = {"loss"},
                    .boundaries = {"start", "end"},
                    .scores = {{ContinualScore{.value = 5}}, {ContinualScore{.value = 1}}},
                    .metrics = {{"average", 1}},
                    .changes = {{.task = "a", .from = "start", .to = "end", .value = -4}}}};
  run.checkpoints = {{.suffix = "final/256", .step = 4}};
  return run;
}

std::vector<std::string> ids_in(const std::string& page) {
  constexpr std::string_view kId = " id=\"";
  std::vector<std::string> ids;
  for (size_t at = page.find(kId); at != std::string::npos; at = page.find(kId, at + 1)) {
    const size_t begin = at + kId.size();
    ids.push_back(page.substr(begin, page.find('"', begin) - begin));
  }
  return ids;
}

TEST(Page, HasEveryIdOnce) {
  // Of these the second and the third are the same as names of places.
  const std::vector<std::string> ids =
      ids_in(page_of({full_run("a"), full_run("p/g/b=1"), full_run("p/g/b-1")}));
  EXPECT_THAT(ids, Contains("checkpoints-run-3"));
  EXPECT_THAT(ids, Contains("continual-run-2-0-changes"));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_THAT(ids_in(page_of({full_run("a"), full_run("b")})), Contains("checkpoints-a"));
}

/// The page of a run with these settings beside its own.
std::string page_with(const std::vector<std::pair<std::string, std::string>>& settings) {
  RunData run = run_named("one");
  run.config.insert(run.config.end(), settings.begin(), settings.end());
  return page_of({run});
}

TEST(Page, SaysWhichRatesAndAdaptersCount) {
  using Settings = std::vector<std::pair<std::string, std::string>>;
  const Settings adapted = {{"optimization/lr", "0.003"},
                            {"optimization/lora/rank", "4"},
                            {"optimization/lora/alpha", "8.0"}};
  const auto with = [&](const Settings& more) {
    Settings all = adapted;
    all.insert(all.end(), more.begin(), more.end());
    return page_with(all);
  };
  EXPECT_THAT(with({{"optimization/lora/lr", "0.01"}}), HasSubstr("<dd>0.003, then 0.01</dd>"));
  EXPECT_THAT(with({{"optimization/lora/lr", "-1.0"}}), HasSubstr("<dd>0.003</dd>"));
  const std::string control =
      with({{"optimization/lora/lr", "0.01"}, {"continual/control", "full"}});
  EXPECT_THAT(control, HasSubstr("<dd>0.003</dd>"));
  EXPECT_THAT(control, Not(HasSubstr("rank 4")));
}

TEST(Page, MarksWhereEachRunBeginsItsPhase2) {
  RunData late = run_named("late");
  for (Scored& at : late.scored) at.step += at.step == 2 ? 1 : 0;
  const std::string other = page_of({run_named("one"), late});
  EXPECT_THAT(other, HasSubstr("class=\"mark own c0\""));
  EXPECT_THAT(other, HasSubstr("class=\"mark own c1\""));
  const std::string same = page_of({run_named("one"), run_named("two")});
  EXPECT_THAT(same, HasSubstr("class=\"mark\""));
  EXPECT_THAT(same, Not(HasSubstr("mark own")));
}

TEST(Page, SaysOfWhichStateASampleIs) {
  RunData run = run_named("one");
  run.samples = {{"", "what it writes"}};
  EXPECT_THAT(page_of({run}), HasSubstr("<h4>at the end</h4><blockquote>what it writes"));
}

TEST(Page, OfARunThatHasOnlyBegunIsAPage) {
  const RunData run{.name = "fresh", .config = {{"job", "llama/train/lora"}}};
  EXPECT_THAT(page_of({run}), HasSubstr("<h1>fresh</h1>"));
}

TEST(Number, IsShortForPeopleAndExactForScripts) {
  EXPECT_EQ(number(1234567), "1,234,567");
  EXPECT_EQ(number(0.123456), "0.1235");
  EXPECT_EQ(number(kNoNumber), "–");
  EXPECT_EQ(signed_number(-0.5), "−0.5");
  EXPECT_EQ(exact(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(exact(kNoNumber), "null");
  EXPECT_EQ(tick_text(-0.0), "0");
  EXPECT_EQ(tick_text(20000), "20k");
}

}  // namespace
}  // namespace twofold::report
