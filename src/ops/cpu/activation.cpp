#include "ops/cpu/activation.h"

#include <cmath>
#include <numbers>

#include "ops/cpu/vector_math.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

// A pointwise activation: its value and its derivative. Written for one number; the loops below are
// vectorised over them.

/// x/2·(1 + tanh u) = x·sigmoid(2u), u = √(2/π)·(x + 0.044715·x³).
struct GeluTanh {
  template <typename C>
  static C sigmoid(C x) {
    const C slope = C(2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
    return sigmoid_approx(slope * x * (C(1) + C(0.044715) * x * x));
  }
  template <typename C>
  static C value(C x) {
    return x * sigmoid(x);
  }
  template <typename C>
  static C derivative(C x) {
    const C slope = C(2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
    const C s = sigmoid(x);
    return s + x * s * (C(1) - s) * slope * (C(1) + C(3 * 0.044715) * x * x);
  }
};

/// x·Φ(x), Φ the normal distribution function.
struct GeluErf {
  template <typename C>
  static C distribution(C x) {
    return C(0.5) * (C(1) + erf_approx(x * C(1 / std::numbers::sqrt2)));
  }
  template <typename C>
  static C value(C x) {
    return x * distribution(x);
  }
  template <typename C>
  static C derivative(C x) {
    const C density =
        C(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * exp_approx(C(-0.5) * x * x);
    return distribution(x) + x * density;
  }
};

/// x·sigmoid(x).
struct Silu {
  template <typename C>
  static C value(C x) {
    return x * sigmoid_approx(x);
  }
  template <typename C>
  static C derivative(C x) {
    const C s = sigmoid_approx(x);
    return s * (C(1) + x * (C(1) - s));
  }
};

template <typename Op, typename T>
void value_loop(const T* __restrict x, T* __restrict y, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(Op::value(static_cast<Compute<T>>(x[i])));
}

template <typename Op, typename T>
void gradient_loop(const T* __restrict x, const T* __restrict dy, T* __restrict dx, int64_t n) {
  using C = Compute<T>;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    dx[i] = static_cast<T>(static_cast<C>(dy[i]) * Op::derivative(static_cast<C>(x[i])));
  }
}

template <typename Op, typename T>
void gated_loop(const T* __restrict gate, const T* __restrict up, T* __restrict y, int64_t n) {
  using C = Compute<T>;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    y[i] = static_cast<T>(Op::value(static_cast<C>(gate[i])) * static_cast<C>(up[i]));
  }
}

template <typename Op, typename T>
void gated_gradient_loop(const T* __restrict gate, const T* __restrict up, const T* __restrict dy,
                         T* __restrict dgate, T* __restrict dup, int64_t n) {
  using C = Compute<T>;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const C g = static_cast<C>(gate[i]), d = static_cast<C>(dy[i]);
    dgate[i] = static_cast<T>(d * static_cast<C>(up[i]) * Op::derivative(g));
    dup[i] = static_cast<T>(d * Op::value(g));
  }
}

/// Calls loop(Op{}) for the formulas of f.
template <typename Loop>
void with_formulas(Activation f, Loop loop) {
  switch (f) {
    case Activation::kSilu:
      return loop(Silu{});
    case Activation::kGeluTanh:
      return loop(GeluTanh{});
    case Activation::kGeluErf:
      return loop(GeluErf{});
  }
}

template <typename T>
void value(Activation f, const T* x, T* y, int64_t n) {
  with_formulas(f, [&](auto op) { value_loop<decltype(op)>(x, y, n); });
}

template <typename T>
void gradient(Activation f, const T* x, const T* dy, T* dx, int64_t n) {
  with_formulas(f, [&](auto op) { gradient_loop<decltype(op)>(x, dy, dx, n); });
}

template <typename T>
void gated(Activation f, const T* gate, const T* up, T* y, int64_t n) {
  with_formulas(f, [&](auto op) { gated_loop<decltype(op)>(gate, up, y, n); });
}

template <typename T>
void gated_gradient(Activation f, const T* gate, const T* up, const T* dy, T* dgate, T* dup,
                    int64_t n) {
  with_formulas(f,
                [&](auto op) { gated_gradient_loop<decltype(op)>(gate, up, dy, dgate, dup, n); });
}

template <typename T>
ActivationLoops<T> loops() {
  return {.value = value<T>,
          .gradient = gradient<T>,
          .gated = gated<T>,
          .gated_gradient = gated_gradient<T>};
}

}  // namespace

ByType<ActivationLoops> activation_loops() {
  return {loops<float>(), loops<BFloat16>(), loops<double>()};
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
