#include "ops/cpu/vector_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Largest distance in units in the last place over [low, high].
template <typename Approximation, typename Exact>
double worst_ulps(Approximation approximation, Exact exact, float low, float high) {
  double worst = 0;
  constexpr int kPoints = 200'000;
  for (int i = 0; i <= kPoints; ++i) {
    const float x = low + (high - low) * static_cast<float>(i) / kPoints;
    const double want = exact(static_cast<double>(x));
    const float magnitude = std::fabs(static_cast<float>(want));
    const double ulp = std::nextafter(magnitude, kInfinity) - magnitude;
    worst = std::max(worst, std::fabs(approximation(x) - want) / ulp);
  }
  return worst;
}

float exp_of(float x) { return exp_approx(x); }
float erf_of(float x) { return erf_approx(x); }
float tanh_of(float x) { return tanh_approx(x); }
float sigmoid_of(float x) { return sigmoid_approx(x); }
double exact_exp(double x) { return std::exp(x); }
double exact_erf(double x) { return std::erf(x); }
double exact_tanh(double x) { return std::tanh(x); }
double exact_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(VectorMath, ExpIsWithinTwoUlps) {
  EXPECT_LE(worst_ulps(exp_of, exact_exp, -86.4f, 88.7f), 2);
  EXPECT_LE(worst_ulps(exp_of, exact_exp, -1.0f, 1.0f), 2);
}

TEST(VectorMath, ExpIsRightAtItsEnds) {
  EXPECT_EQ(exp_approx(0.0f), 1.0f);
  EXPECT_EQ(exp_approx(-kInfinity), 0.0f);
  EXPECT_EQ(exp_approx(-1e30f), 0.0f);
  EXPECT_EQ(exp_approx(-87.5f), 0.0f);
  EXPECT_EQ(exp_approx(kInfinity), kInfinity);
  EXPECT_EQ(exp_approx(88.8f), kInfinity);
  EXPECT_TRUE(std::isfinite(exp_approx(88.72f)));
  EXPECT_TRUE(std::isnan(exp_approx(std::numeric_limits<float>::quiet_NaN())));
}

TEST(VectorMath, ErfIsWithinFourUlps) {
  EXPECT_LE(worst_ulps(erf_of, exact_erf, -6.0f, 6.0f), 4);
  EXPECT_LE(worst_ulps(erf_of, exact_erf, -0.01f, 0.01f), 4);
  EXPECT_EQ(erf_approx(kInfinity), 1.0f);
  EXPECT_EQ(erf_approx(-kInfinity), -1.0f);
  EXPECT_TRUE(std::isnan(erf_approx(std::numeric_limits<float>::quiet_NaN())));
}

TEST(VectorMath, TanhIsWithinFourUlpsAndSaturates) {
  EXPECT_LE(worst_ulps(tanh_of, exact_tanh, -12.0f, 12.0f), 4);
  EXPECT_LE(worst_ulps(tanh_of, exact_tanh, -0.7f, 0.7f), 4);
  EXPECT_EQ(tanh_approx(kInfinity), 1.0f);
  EXPECT_EQ(tanh_approx(-kInfinity), -1.0f);
  EXPECT_TRUE(std::isnan(tanh_approx(std::numeric_limits<float>::quiet_NaN())));
}

TEST(VectorMath, SigmoidIsWithinFourUlpsAndSaturates) {
  EXPECT_LE(worst_ulps(sigmoid_of, exact_sigmoid, -80.0f, 30.0f), 4);
  EXPECT_EQ(sigmoid_approx(kInfinity), 1.0f);
  EXPECT_EQ(sigmoid_approx(-kInfinity), 0.0f);
}

}  // namespace
}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
