#include "config/checks.h"

#include <gtest/gtest.h>

namespace twofold::config {
namespace {

struct Settings {
  int64_t rows = 4, width = 2;
  Fields fields;
  Settings() {
    fields.add("data/rows", rows, "Rows.", {.min = 1});
    fields.add("model/width", width, "Width.", {.min = 1});
  }
};

size_t problems_of(const Checks& checks) {
  try {
    checks.finish();
  } catch (const Error& error) {
    return error.problems().size();
  }
  return 0;
}

TEST(Checks, AreGatheredWithTheFaultsOfTheFields) {
  Settings settings;
  Checks checks(fill(settings.fields, {.text = "model: {width: 0}"}));
  checks.run({"data/"}, [] { fail({.what = "rows do not fit"}); });
  EXPECT_EQ(problems_of(checks), 2u);
}

TEST(Checks, DoNotReadWhatIsUnsound) {
  Settings settings;
  Checks checks(fill(settings.fields, {.text = "model: {width: 0}\ndata: {rows: 7}"}));
  EXPECT_EQ(settings.rows, 7);  // what is sound was taken
  checks.run({"data/", "model/"}, [] { FAIL() << "reads a faulty width"; });
  EXPECT_EQ(problems_of(checks), 1u);
}

TEST(Checks, AFaultIsNotReportedTwiceByWhatBuildsOnIt) {
  Settings settings;
  Checks checks(fill(settings.fields, {}));
  checks.run({"model/"}, [] { fail({.what = "odd width"}); });
  checks.run({"model/", "data/"}, [] { FAIL() << "the model is at fault already"; });
  EXPECT_EQ(problems_of(checks), 1u);
  checks.run({"data/"}, [] { fail({.what = "rows do not fit"}); });
  EXPECT_EQ(problems_of(checks), 2u);
}

TEST(Checks, AFaultFoundAsideHidesNothing) {
  Settings settings;
  Checks checks(fill(settings.fields, {}));
  checks.run_aside({"data/"}, [] { fail({.what = "rows do not fit"}); });
  checks.run({"data/"}, [] { fail({.what = "too many rows"}); });
  checks.run_aside({"data/"}, [] { FAIL() << "reads what is unsound"; });
  EXPECT_EQ(problems_of(checks), 2u);
}

TEST(Checks, SoundSettingsPass) {
  Settings settings;
  Checks checks(fill(settings.fields, {}));
  bool ran = false;
  checks.run({"model/"}, [&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_EQ(problems_of(checks), 0u);
}

}  // namespace
}  // namespace twofold::config
