#pragma once
// exp, sigmoid, tanh and erf without branches or calls, so that a plain loop over them is
// vectorised. The coefficients are our own minimax fits (Remez-like, reweighted least squares in
// double). Double overloads use libm: gradient checks run the same loops in double.

#include <bit>
#include <cmath>
#include <cstdint>

#include "ops/cpu/level.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {

/// condition ? a : b on the bits. A plain ?: lets the compiler compute a and b in branches, which
/// (as arithmetic may trap) it then cannot vectorise.
inline float select(bool condition, float a, float b) {
  const uint32_t mask = 0u - static_cast<uint32_t>(condition);
  return std::bit_cast<float>((std::bit_cast<uint32_t>(a) & mask) |
                              (std::bit_cast<uint32_t>(b) & ~mask));
}

/// e^x within 2 units in the last place; +inf above 88.72, 0 below −86.5 (2.7e-38), NaN for NaN.
inline float exp_approx(float x) {
  constexpr float kLog2e = 1.44269504f;
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  constexpr float kRounder = 12582912.0f;  // 1.5·2^23: adding it leaves round(x) in the low bits
  constexpr float kSmallest = -86.5f, kLargest = 89.0f;  // e^89 overflows by itself
  const float low = select(x < kSmallest, kSmallest, x);
  const float clamped = select(low > kLargest, kLargest, low);
  const float shifted = std::fma(clamped, kLog2e, kRounder);
  const float n = shifted - kRounder;
  const float r = std::fma(n, -kLn2Low, std::fma(n, -kLn2High, clamped));
  float p = 0.00138145406f;
  p = std::fma(p, r, 0.00836874545f);
  p = std::fma(p, r, 0.041668389f);
  p = std::fma(p, r, 0.166665211f);
  p = std::fma(p, r, 0.49999994f);
  p = std::fma(p, r * r, r) + 1.0f;
  // 2^(n−1) by its bits, then doubled: n = 128 has no bit pattern of its own.
  const uint32_t exponent = (std::bit_cast<uint32_t>(shifted) + 126u) << 23;
  return select(x < kSmallest, 0.0f, p * std::bit_cast<float>(exponent) * 2.0f);
}
inline double exp_approx(double x) { return std::exp(x); }

/// 1/(1 + e^−x).
template <typename T>
inline T sigmoid_approx(T x) {
  return T(1) / (T(1) + exp_approx(-x));
}

/// tanh(x) within 4 units in the last place.
inline float tanh_approx(float x) {
  const float magnitude = std::fabs(x);
  const float s = x * x;
  float small = -0.00571731338f;
  small = std::fma(small, s, 0.0206508134f);
  small = std::fma(small, s, -0.0537435636f);
  small = std::fma(small, s, 0.133314922f);
  small = std::fma(small, s, -0.333332837f);
  small = std::fma(small * s, x, x);
  const float large = std::copysign(1.0f - 2.0f / (exp_approx(2.0f * magnitude) + 1.0f), x);
  return select(magnitude > 0.625f, large, small);
}
inline double tanh_approx(double x) { return std::tanh(x); }

/// erf(x) within 4 units in the last place.
inline float erf_approx(float x) {
  const float magnitude = std::fabs(x);
  const float s = x * x;
  float small = 7.85388402e-05f;
  small = std::fma(small, s, -0.000801020127f);
  small = std::fma(small, s, 0.00518832868f);
  small = std::fma(small, s, -0.0268538129f);
  small = std::fma(small, s, 0.112835854f);
  small = std::fma(small, s, -0.37612626f);
  small = std::fma(small, s, 1.12837911f) * x;
  const float t = select(magnitude > 4.0f, 4.0f, magnitude);  // erf(4) rounds to 1
  float log_rest = 0.000186379199f;                           // log(1 − erf(t)) for t ≥ 1
  log_rest = std::fma(log_rest, t, -0.0029476583f);
  log_rest = std::fma(log_rest, t, 0.0218380634f);
  log_rest = std::fma(log_rest, t, -0.103106752f);
  log_rest = std::fma(log_rest, t, -0.638144851f);
  log_rest = std::fma(log_rest, t, -1.12708914f);
  log_rest = std::fma(log_rest, t, -0.000341523031f);
  const float large = std::copysign(1.0f - exp_approx(log_rest), x);
  return select(magnitude > 1.0f, large, small);
}
inline double erf_approx(double x) { return std::erf(x); }

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
