#include <signal.h>
#include <sys/wait.h>

#include <functional>

#include "base/random.h"
#include "base/stop.h"
#include "data/tokenize/tokenize_fixture.h"

namespace twofold {
namespace {

using testing::HasSubstr;

/// A job that is cut into many rounds and saves after each.
using Job = std::function<TokenizeResult(const Path& data_root, TokenizeOptions options)>;

class TokenizeResume : public TokenizeTest, public testing::WithParamInterface<const char*> {
 protected:
  TokenizeResume() {
    put_source(400);
    const std::string kind = GetParam();
    if (kind == "blockwise") {
      job_ = [settings = blockwise(16)](const Path& data_root, TokenizeOptions options) {
        return tokenize_blockwise(settings, data_root, options);
      };
      return;
    }
    auto settings = variable();
    if (kind == "tail") settings.val_pct = 1e-9;
    if (kind == "skipping") settings.on_bad_record = OnBadRecord::kSkip;
    job_ = [settings](const Path& data_root, TokenizeOptions options) {
      return tokenize_variable(settings, data_root, options);
    };
  }

  /// Numbered lines; where bad ones are to be skipped, some of them are.
  void put_source(int lines) const {
    put_lines(lines);
    if (std::string(GetParam()) != "skipping") return;
    std::string text = read_text(root_ / "source.txt");
    for (size_t at = 0; (at = text.find("7 x", at)) != text.npos; ++at) text[at + 2] = '\xff';
    put("source.txt", text);
  }

  TokenizeResult run(const char* root, std::function<void(const TokenizeProgress&)> progress = {}) {
    return job_(root_ / root, {.progress = progress, .round_bytes = 100, .save_seconds = 0});
  }

  /// Runs the job in a process of its own, which `hurt` is given; true if it ended by itself.
  bool run_child(const char* root, const std::function<void(const TokenizeProgress&)>& progress,
                 const std::function<void(pid_t)>& hurt) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        run(root, progress);
      } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        _exit(1);
      }
      _exit(0);
    }
    hurt(child);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) != 0) << "the child failed";
    return WIFEXITED(status);
  }

  void expect_as_uninterrupted(const char* root) {
    run("whole");
    EXPECT_EQ(contents_of(root_ / root), contents_of(root_ / "whole"));
  }

  Job job_;
};

TEST_P(TokenizeResume, KilledInEveryThirdRoundItEndsWithTheSameBytes) {
  int kills = 0;
  const auto die = [rounds = 0](const TokenizeProgress&) mutable {
    if (++rounds == 3) kill(getpid(), SIGKILL);
  };
  while (!run_child("killed", die, [](pid_t) {})) ASSERT_LT(++kills, 200);
  EXPECT_GT(kills, 5);
  expect_as_uninterrupted("killed");
}

TEST_P(TokenizeResume, KilledAtRandomMomentsItEndsWithTheSameBytes) {
  const RandomStream stream(7, Purpose::kTest);
  uint64_t kills = 0;
  const auto kill_later = [&](pid_t child) {
    usleep(static_cast<useconds_t>(stream.uniform(kills) * 3000 *
                                   static_cast<double>(1 + kills / 20)));
    kill(child, SIGKILL);
  };
  while (!run_child("killed", {}, kill_later)) ASSERT_LT(++kills, 2000u);
  expect_as_uninterrupted("killed");
}

TEST_P(TokenizeResume, StopsBetweenRoundsWhenAskedAndGoesOn) {
  int rounds = 0;
  EXPECT_THROW(run("stopped",
                   [&](const TokenizeProgress&) {
                     if (++rounds == 2) request_stop();
                   }),
               Interrupted);
  clear_stop();
  EXPECT_EQ(rounds, 3);
  EXPECT_TRUE(std::filesystem::exists(root_ / "stopped/out/progress.json"));
  run("stopped");
  expect_as_uninterrupted("stopped");
}

TEST_P(TokenizeResume, GoesOnOnlyWithTheSameSourceAndWholeFiles) {
  const auto stop_early = [&] {
    EXPECT_THROW(run("stopped", [](const TokenizeProgress&) { request_stop(); }), Interrupted);
    clear_stop();
  };
  stop_early();
  put_source(401);
  EXPECT_THAT(error_of([&] { run("stopped"); }), HasSubstr("source was"));
  put_source(400);
  for (const char* name : {"train.bin", "val.bin", "rows.part"})
    if (std::filesystem::exists(root_ / "stopped/out" / name) &&
        std::filesystem::file_size(root_ / "stopped/out" / name) > 0)
      std::filesystem::resize_file(root_ / "stopped/out" / name, 1);
  EXPECT_THAT(error_of([&] { run("stopped"); }), HasSubstr("damaged"));
}

/// A job over JSONL lines, the last of which has its text under another key.
template <class Config, auto tokenize>
void expect_new_start(Config settings, const Path& data_root,
                      const std::function<void()>& correct) {
  const TokenizeOptions options{.round_bytes = 100, .save_seconds = 0};
  settings.format = records::Format::kJsonl;
  EXPECT_THAT(error_of([&] { tokenize(settings, data_root, options); }),
              HasSubstr("data/text_key"));
  correct();
  EXPECT_EQ(tokenize(settings, data_root, options).documents, 201);
}

TEST_F(TokenizeTest, AfterAFaultOfTheTextTheCorrectedSourceStartsAnew) {
  std::string good;
  for (int i = 0; i < 200; ++i) good += fmt::format("{{\"text\": \"line {}\"}}\n", i);
  const auto spoil = [&] { put("source.txt", good + "{\"txt\": \"x\"}\n"); };
  const auto correct = [&] { put("source.txt", good + "{\"text\": \"x\"}\n"); };
  spoil();
  expect_new_start<TokenizeVariableConfig, tokenize_variable>(variable(), root_ / "a", correct);
  spoil();
  expect_new_start<TokenizeBlockwiseConfig, tokenize_blockwise>(blockwise(16), root_ / "b",
                                                                correct);
}

TEST_F(TokenizeTest, TheHintAboutTheTextKeyCanBeFollowed) {
  put("source.txt", std::string("{\"txt\": \"a\"}\n{\"txt\": \"b\"}\n"));
  auto settings = variable(records::Format::kJsonl);
  EXPECT_THAT(error_of([&] { tokenize_variable(settings, data()); }), HasSubstr("one of: txt"));
  settings.form.text_key = "txt";
  EXPECT_EQ(tokenize_variable(settings, data()).documents, 2);
}

TEST_F(TokenizeTest, AFileWhoseNameIsNotUtf8IsRefused) {
  put("folder/\xff.txt", std::string("text"));
  auto settings = variable();
  settings.source = (root_ / "folder").string();
  EXPECT_THAT(error_of([&] { tokenize_variable(settings, data()); }), HasSubstr("UTF-8"));
}

TEST_P(TokenizeResume, CleansUpAfterAKillBetweenTheLastTwoFiles) {
  run("killed");
  put("killed/out/progress.json", std::string("{}"));
  put("killed/out/lock", std::string("1 nowhere"));
  EXPECT_TRUE(run("killed").already_done);
  expect_as_uninterrupted("killed");
}

INSTANTIATE_TEST_SUITE_P(Jobs, TokenizeResume,
                         testing::Values("variable", "tail", "skipping", "blockwise"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace twofold
