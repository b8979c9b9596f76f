#include "report/figures/chart.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace twofold::report {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;

Curve waves(size_t points) {
  Curve curve{.name = "waves"};
  for (size_t i = 0; i < points; ++i) {
    const auto x = static_cast<double>(i);
    curve.add(x, std::sin(x / 7) + (i == points / 2 ? 50 : 0));
  }
  return curve;
}

TEST(Ticks, AreRoundNumbersWithinTheRange) {
  EXPECT_THAT(ticks({0, 10}, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(ticks({0.13, 0.41}, 3),
              ::testing::Pointwise(::testing::DoubleNear(1e-12), {0.2, 0.3, 0.4}));
  EXPECT_TRUE(ticks({1, 1}, 5).empty());
  EXPECT_TRUE(ticks({0, INFINITY}, 5).empty());
}

TEST(Thin, KeepsTheEndsAndTheExtremesAsTheyAre) {
  const Curve curve = waves(100'000), thinned = thin(curve, 1000);
  EXPECT_LE(thinned.x.size(), 1000u);
  EXPECT_GE(thinned.x.size(), 500u);
  EXPECT_EQ(thinned.x.front(), 0);
  EXPECT_EQ(thinned.x.back(), 99'999);
  EXPECT_TRUE(std::ranges::is_sorted(thinned.x));
  for (const auto extreme : {std::ranges::max(curve.y), std::ranges::min(curve.y)}) {
    EXPECT_THAT(thinned.y, ::testing::Contains(extreme));
  }
  EXPECT_EQ(thin(curve, 100'000).x.size(), 100'000u);
}

TEST(Smoothed, DoesNotReachAcrossAMark) {
  Curve step;
  for (int i = 0; i < 20; ++i) step.add(i, i <= 9 ? 5 : 1);
  const Curve smooth = smoothed(step, {{9, "phase 2"}});
  EXPECT_EQ(smooth.y, step.y);
  EXPECT_THAT(smoothed(step, {}).y, Not(::testing::ContainerEq(step.y)));
}

TEST(Chart, ForgetsPointsThatAreNoNumbers) {
  Chart chart{.id = "c", .title = "c"};
  chart.curves = {{.name = "a", .x = {1, 2}, .y = {NAN, 4}, .low = {1, 3}, .high = {2, 5}},
                  {.name = "b", .x = {1}, .y = {NAN}}};
  chart.tidy(100);
  ASSERT_EQ(chart.curves.size(), 1u);
  EXPECT_THAT(chart.curves[0].y, ElementsAre(4));
  EXPECT_THAT(chart.curves[0].high, ElementsAre(5));
}

TEST(Chart, HasItsPointsExactlyAndEscaped) {
  Chart chart{.id = "a b", .title = "</script>\"<&"};
  chart.curves = {{.name = "x\ny", .x = {1, 2}, .y = {0.1 + 0.2, 1e-300}}};
  chart.marks = {{1.5, "phase 2"}};
  const std::string figure = html(chart);
  EXPECT_THAT(figure, HasSubstr("id=\"a-b\""));
  EXPECT_THAT(figure, HasSubstr("&lt;/script&gt;&quot;&lt;&amp;"));
  const size_t begin = figure.find("json\">") + 6, end = figure.find("</script>");
  const auto data = nlohmann::json::parse(figure.substr(begin, end - begin));
  EXPECT_EQ(data["title"], chart.title);
  EXPECT_EQ(data["curves"][0]["name"], "x\ny");
  EXPECT_EQ(data["curves"][0]["y"][0], 0.1 + 0.2);
  EXPECT_EQ(data["curves"][0]["y"][1], 1e-300);
  EXPECT_EQ(data["marks"][0][1], "phase 2");
}

TEST(Chart, DrawsWithinItsRoom) {
  Chart chart{.id = "c", .title = "c"};
  chart.curves = {waves(30)};
  const Range x = x_range(chart), y = y_range(chart);
  EXPECT_LT(x.low, 0);
  EXPECT_GT(x.high, 29);
  EXPECT_THAT(chart.curves[0].y, Each(Le(y.high)));
  chart.curves = {{.name = "flat", .x = {3}, .y = {0}}};
  EXPECT_LT(y_range(chart).low, y_range(chart).high);
  EXPECT_LT(x_range(chart).low, x_range(chart).high);
}

}  // namespace
}  // namespace twofold::report
