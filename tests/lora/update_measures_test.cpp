#include "lora/update_measures.h"

#include <gtest/gtest.h>

#include "lora/toy.h"
#include "lora/variants/lora.h"

namespace twofold {
namespace {

constexpr int64_t kSize = 40;

/// A leaf whose singular directions are the axes, with values 40, 39, … 1.
Parameter leaf() {
  Parameter parameter{
      .path = "q_proj/kernel", .shape = {kSize, kSize}, .init = {}, .axes = {}, .weight = {}};
  parameter.weight.value = at::diag(at::arange(kSize, 0, -1, at::kFloat));
  return parameter;
}

at::Tensor axis(int64_t i) { return at::eye(kSize, at::kFloat)[i]; }

/// The leaf with Σ size_i · left_i ⊗ right_i learnt.
struct Direction {
  double size;
  at::Tensor left, right;
};
Parameter changed(const std::vector<Direction>& directions, double scale = 1) {
  std::vector<at::Tensor> A, B;
  for (const Direction& each : directions) {
    A.push_back(each.left * each.size);
    B.push_back(each.right);
  }
  Parameter parameter = leaf();
  attach_low_rank(parameter, {.A = at::stack(A, 1), .B = at::stack(B, 0), .scale = scale});
  return parameter;
}

UpdateMeasures measure_term(const Parameter& parameter) {
  return measure_update(*low_rank_update(parameter.weight), parameter.weight);
}

DirectionMeasures directions(const Parameter& parameter, int64_t rank) {
  return measure_directions(weight_update(parameter.weight, at::kDouble), rank);
}

/// Spread over so many axes that it resembles none of them.
at::Tensor spread() { return at::ones({kSize}, at::kFloat) / std::sqrt(double{kSize}); }

TEST(MeasureUpdate, OfLowRankTermsComesFromTheirFactors) {
  const Parameter parameter = changed({{3, axis(0), axis(1)}, {2, axis(2), axis(0)}}, 0.5);
  const UpdateMeasures measures = measure_term(parameter);
  const double base = at::linalg_vector_norm(leaf().weight.value).item<double>();
  EXPECT_NEAR(measures.relative_norm, 0.5 * std::sqrt(13.0) / base, 1e-9);
  EXPECT_EQ(measures.rank90, 2);  // 9 of 13 is less than 90 %
  EXPECT_EQ(measure_term(changed({{9, axis(0), axis(1)}, {2, axis(2), axis(0)}})).rank90,
            1);  // 81 of 85
}

TEST(MeasureUpdate, IsZeroAtTheStart) {
  const UpdateMeasures measures = measure_term(changed({{0, axis(0), axis(1)}}));
  EXPECT_EQ(measures.relative_norm, 0);
  EXPECT_EQ(measures.rank90, 0);
  EXPECT_EQ(relative_norm({.before = at::zeros({2, 2}), .after = at::zeros({2, 2})}), 0);
}

TEST(MeasureUpdate, OfTheMatrixAndOfTheFactorsAreTheSame) {
  const Parameter parameter =
      changed({{3, axis(0), spread()}, {2, axis(2), axis(0)}, {1, spread(), axis(7)}});
  const UpdateMeasures factors = measure_term(parameter);
  const UpdateMeasures matrix = measure_update(weight_update(parameter.weight, at::kDouble));
  EXPECT_NEAR(factors.relative_norm, matrix.relative_norm, 1e-7);
  EXPECT_EQ(factors.rank90, matrix.rank90);
  EXPECT_NEAR(relative_norm(weight_update(parameter.weight, at::kDouble)), matrix.relative_norm,
              1e-12);
}

TEST(MeasureDirections, TellHowMuchLiesInTheLargestDirectionsOfTheWeight) {
  const Parameter half = changed({{2, axis(0), axis(1)}, {2, axis(30), axis(31)}});
  EXPECT_NEAR(directions(half, 2).top_share, 0.5, 1e-12);
  EXPECT_NEAR(directions(half, kSize).top_share, 1, 1e-12);
  EXPECT_EQ(directions(changed({{0, axis(0), axis(1)}}), 2).top_share, 0);
}

TEST(MeasureDirections, CountLargeDirectionsThatResembleNone) {
  EXPECT_EQ(directions(changed({{100, axis(0), axis(5)}}), 2).intruders, 0);
  EXPECT_EQ(directions(changed({{1000, spread(), spread()}}), 2).intruders, 1);
  // One that is small beside the ten largest does not count.
  EXPECT_EQ(directions(changed({{0.001, spread(), spread()}}), 2).intruders, 0);
}

}  // namespace
}  // namespace twofold
