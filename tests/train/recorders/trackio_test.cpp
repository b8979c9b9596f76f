#include "train/recorders/trackio.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "base/error.h"

namespace twofold {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

struct TrackioRun : testing::Test {
  Path folder = Path(testing::TempDir()) / ("trackio" + std::to_string(getpid()));
  RecordedRun run{.results = folder / "r",
                  .name = "n",
                  .project = "my.project",
                  .group = "g",
                  .settings = R"({"a":1})"};
  ~TrackioRun() override {
    ::unsetenv("TRACKIO_DIR");
    std::filesystem::remove_all(folder);
  }

  static LogPoint point(int64_t step, double loss) {
    return {.step = step, .wall_time = 1.5, .values = {{"loss", loss}}};
  }
  Path file() const { return trackio_database(run.results, run.project); }
  std::string text(const std::string& query) const {
    return std::get<std::string>(formats::Database(file()).run(query));
  }
  /// The steps of all rows in their order, and what each holds.
  std::string rows() const {
    return text(
        "SELECT group_concat(step || ' ' || metrics, ', ') FROM (SELECT * FROM metrics ORDER BY "
        "id)");
  }
};

TEST_F(TrackioRun, HasARowAPoint) {
  Trackio log(run);
  EXPECT_EQ(log.open(0), 0);
  log.add(point(1, 0.5));
  log.add(point(2, std::nan("")));
  log.add_text("samples", "it", 2);
  log.sync();
  EXPECT_EQ(file(), folder / "r" / "myproject.db");
  EXPECT_EQ(
      rows(),
      R"(1 {"loss":0.5}, 2 {"loss":"NaN"}, 2 {"samples":{"_type":"trackio.markdown","_value":"it"}})");
  EXPECT_EQ(text("SELECT timestamp FROM metrics"), "1970-01-01T00:00:01.500000+00:00");
  EXPECT_EQ(text("SELECT run_name FROM metrics"), "n");
  EXPECT_THAT(text("SELECT config FROM configs"),
              MatchesRegex(R"(.*"a":1,"_Username":null,"_Created":"20[^"]*","_Group":"g".*)"));
}

TEST_F(TrackioRun, GoesOnBehindItsCheckpoint) {
  for (const int64_t steps : {3, 1}) {
    Trackio log(run);
    EXPECT_EQ(log.open(steps == 3 ? 0 : 2), steps == 3 ? 0 : 2);
    for (int64_t step = 1; step <= steps; ++step) log.add(point(step, 0.5));
    log.add_text("samples", "it", 3);
  }
  EXPECT_THAT(rows(), MatchesRegex("1 .*, 2 .*, 1 .*, 3 .*samples.*"));
  EXPECT_EQ(Trackio(run).open(9), 3);
  EXPECT_EQ(formats::Database(file()).number("SELECT COUNT(*) FROM configs"), 1);
  EXPECT_EQ(Trackio(run).open(0), 0);
}

TEST_F(TrackioRun, LeavesOtherRunsOfASharedDatabaseAlone) {
  const Path shared = folder / "shared";
  ::setenv("TRACKIO_DIR", shared.c_str(), 1);
  EXPECT_EQ(file(), shared / "myproject.db");
  RecordedRun other = run;
  other.results = folder / "other";
  Trackio first(run), second(other);
  first.open(0);
  first.add(point(1, 0.5));
  second.open(0);
  second.add(point(1, 0.25));
  first.add(point(2, 0.5));
  EXPECT_EQ(Trackio(run).open(1), 1);
  EXPECT_EQ(rows(), R"(1 {"loss":0.5}, 1 {"loss":0.25})");
}

TEST_F(TrackioRun, AFileThatIsGoneIsNoticedAndOneOfSomethingElseRefused) {
  Trackio log(run);
  log.open(0);
  log.add(point(1, 0.5));
  std::filesystem::remove(file());
  EXPECT_THROW(log.sync(), Error);
  run.results = folder;
  formats::Database(file()).run("CREATE TABLE metrics (step INTEGER)");
  try {
    Trackio(run).open(0);
    FAIL() << "a table of another kind was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("run_id"));
  }
}

}  // namespace
}  // namespace twofold
