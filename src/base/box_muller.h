#pragma once
// Two normals from 128 random bits, in arithmetic that gives the same bits on every machine: the
// system's log, sin and cos differ between CPUs and versions, and do not vectorise.

#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

namespace twofold {
namespace box_muller {

constexpr uint64_t kOneBits = 0x3FF0000000000000;    // 1.0
constexpr uint64_t kFractionMask = 0xFFFFFFFFFFFFF;  // the 52 bits below it

/// Horner's rule with one rounding a step: the fma is explicit, so that no compiler decides whether
/// to fuse.
template <size_t N>
double polynomial(double x, const double (&coefficients)[N]) {
  double sum = coefficients[0];
  for (size_t i = 1; i < N; ++i) sum = std::fma(sum, x, coefficients[i]);
  return sum;
}

/// Natural logarithm of a normal number, within 2 units in the last place: x = 2^k · m with m in
/// [√½, √2), log m = 2·artanh(s) for s = (m − 1) / (m + 1), artanh by its power series.
inline double log_of(double x) {
  constexpr uint64_t kSqrtHalfBits = 0x3FE6A09E667F3BCD;
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  const uint64_t shifted = std::bit_cast<uint64_t>(x) - kSqrtHalfBits;
  // The integer is added to the bits of 1.5·2^52, and 1.5·2^52 is subtracted: a conversion to
  // double without a conversion instruction.
  const uint64_t exponent = static_cast<uint64_t>(static_cast<int64_t>(shifted) >> 52);
  const double k = std::bit_cast<double>(0x4338000000000000 + exponent) - 0x1.8p52;
  const double m = std::bit_cast<double>((shifted & kFractionMask) + kSqrtHalfBits);
  const double s = (m - 1.0) / (m + 1.0);
  constexpr double kSeries[] = {2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11,
                                2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3,  2.0};
  return std::fma(k, kLn2, s * polynomial(s * s, kSeries));
}

/// (cos, sin) of 2π·turn / 2^52. The nearest quarter turn is subtracted in integers, so the rest is
/// exact, and the argument of the series is at most π/4 in size.
inline std::pair<double, double> cos_sin_of(uint64_t turn) {
  constexpr double kHalfPi = 0x1.921fb54442d18p+0;
  const uint64_t moved = turn + (uint64_t{1} << 49);
  const uint64_t quarter = moved >> 50;
  const double part = std::bit_cast<double>(kOneBits | (moved << 2 & kFractionMask)) - 1.5;
  const double x = part * kHalfPi, square = x * x;
  constexpr double kSine[] = {-1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880,
                              -1.0 / 5040,          1.0 / 120,        -1.0 / 6};
  constexpr double kCosine[] = {1.0 / 20922789888000,
                                -1.0 / 87178291200,
                                1.0 / 479001600,
                                -1.0 / 3628800,
                                1.0 / 40320,
                                -1.0 / 720,
                                1.0 / 24,
                                -0.5,
                                1.0};
  const double sine = std::fma(x * square, polynomial(square, kSine), x);
  const double cosine = polynomial(square, kCosine);
  const uint64_t odd = uint64_t{0} - (quarter & 1);
  const uint64_t sine_bits = std::bit_cast<uint64_t>(sine);
  const uint64_t cosine_bits = std::bit_cast<uint64_t>(cosine);
  const uint64_t first = (odd & sine_bits) | (~odd & cosine_bits);
  const uint64_t second = (odd & cosine_bits) | (~odd & sine_bits);
  // Signs by quarter: cosine is negative in 1 and 2, sine in 2 and 3.
  return {std::bit_cast<double>(first ^ (((quarter + 1) & 2) << 62)),
          std::bit_cast<double>(second ^ ((quarter & 2) << 62))};
}

}  // namespace box_muller

/// Two independent N(0, 1) numbers, made from two independent 64-bit numbers; at most 8.5 in size.
inline std::pair<double, double> normal_pair(uint64_t radius_bits, uint64_t angle_bits) {
  using namespace box_muller;
  const double uniform = 2.0 - std::bit_cast<double>(kOneBits | radius_bits >> 12);  // (0, 1]
  const double radius = std::sqrt(-2.0 * log_of(uniform));
  const auto [cosine, sine] = cos_sin_of(angle_bits >> 12);
  return {radius * cosine, radius * sine};
}

}  // namespace twofold
