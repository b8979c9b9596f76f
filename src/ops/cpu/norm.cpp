#include "ops/cpu/norm.h"

#include <cmath>

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

template <typename C>
struct Statistics {
  C mean;
  C rstd;
};

template <NormKind kKind, typename T, typename C = Compute<T>>
Statistics<C> statistics(const T* x, int64_t n, C eps) {
  C mean = 0;
  if constexpr (kKind == NormKind::kLayer) {
#pragma omp simd reduction(+ : mean)
    for (int64_t i = 0; i < n; ++i) mean += static_cast<C>(x[i]);
    mean /= static_cast<C>(n);
  }
  C squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t i = 0; i < n; ++i) {
    const C centred = static_cast<C>(x[i]) - mean;
    squares += centred * centred;
  }
  return {mean, C(1) / std::sqrt(squares / static_cast<C>(n) + eps)};
}

/// The normalised value that the weight multiplies; RMSNorm rounds it first (Hugging Face's order).
template <NormKind kKind, typename T, typename C>
inline C normalised(T x, const Statistics<C>& s) {
  const C value = (static_cast<C>(x) - s.mean) * s.rstd;
  if constexpr (kKind == NormKind::kRms) return static_cast<C>(static_cast<T>(value));
  return value;
}

template <NormKind kKind, typename T, typename C>
void forward_row(const T* __restrict x, const C* __restrict weight, const C* __restrict bias,
                 const Statistics<C> s, T* __restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    C value = normalised<kKind>(x[i], s) * weight[i];
    if constexpr (kKind == NormKind::kLayer) value += bias[i];
    y[i] = static_cast<T>(value);
  }
}

template <NormKind kKind, typename T, typename C>
void input_gradient_row(const T* __restrict x, const T* __restrict dy, const C* __restrict weight,
                        const Statistics<C> s, T* __restrict dx, int64_t n) {
  C total = 0, along = 0;
#pragma omp simd reduction(+ : total, along)
  for (int64_t i = 0; i < n; ++i) {
    const C g = static_cast<C>(dy[i]) * weight[i];
    total += g;
    along += g * ((static_cast<C>(x[i]) - s.mean) * s.rstd);
  }
  const C mean_total = kKind == NormKind::kLayer ? total / static_cast<C>(n) : C(0);
  const C mean_along = along / static_cast<C>(n);
  for (int64_t i = 0; i < n; ++i) {
    const C g = static_cast<C>(dy[i]) * weight[i];
    const C value = (static_cast<C>(x[i]) - s.mean) * s.rstd;
    dx[i] = static_cast<T>(s.rstd * (g - mean_total - value * mean_along));
  }
}

template <NormKind kKind, typename T, typename C>
void parameter_gradient_row(const T* __restrict x, const T* __restrict dy, const Statistics<C> s,
                            C* __restrict dweight, C* __restrict dbias, int64_t n) {
  for (int64_t i = 0; i < n; ++i) dweight[i] += static_cast<C>(dy[i]) * normalised<kKind>(x[i], s);
  if constexpr (kKind == NormKind::kLayer) {
    for (int64_t i = 0; i < n; ++i) dbias[i] += static_cast<C>(dy[i]);
  }
}

template <NormKind kKind, typename T>
void forward_of(const NormForward<T>& rows, int64_t begin, int64_t end) {
  const int64_t n = rows.n;
  for (int64_t r = begin; r < end; ++r) {
    const auto s = statistics<kKind>(rows.x + r * n, n, rows.eps);
    rows.mean[r] = s.mean;
    rows.rstd[r] = s.rstd;
    forward_row<kKind>(rows.x + r * n, rows.weight, rows.bias, s, rows.y + r * n, n);
  }
}

template <NormKind kKind, typename T, typename C = Compute<T>>
void backward_of(const NormBackward<T>& rows, int64_t begin, int64_t end, C* dweight, C* dbias) {
  const int64_t n = rows.n;
  for (int64_t r = begin; r < end; ++r) {
    const Statistics<C> s{rows.mean[r], rows.rstd[r]};
    const T* x = rows.x + r * n;
    const T* dy = rows.dy + r * n;
    input_gradient_row<kKind>(x, dy, rows.weight, s, rows.dx + r * n, n);
    if (dweight) parameter_gradient_row<kKind>(x, dy, s, dweight, dbias, n);
  }
}

template <typename T>
void forward(const NormForward<T>& rows, int64_t begin, int64_t end) {
  switch (rows.kind) {
    case NormKind::kRms:
      return forward_of<NormKind::kRms>(rows, begin, end);
    case NormKind::kRmsOnePlus:
      return forward_of<NormKind::kRmsOnePlus>(rows, begin, end);
    case NormKind::kLayer:
      return forward_of<NormKind::kLayer>(rows, begin, end);
  }
}

template <typename T>
void backward(const NormBackward<T>& rows, int64_t begin, int64_t end, Compute<T>* dweight,
              Compute<T>* dbias) {
  switch (rows.kind) {
    case NormKind::kRms:
      return backward_of<NormKind::kRms>(rows, begin, end, dweight, dbias);
    case NormKind::kRmsOnePlus:
      return backward_of<NormKind::kRmsOnePlus>(rows, begin, end, dweight, dbias);
    case NormKind::kLayer:
      return backward_of<NormKind::kLayer>(rows, begin, end, dweight, dbias);
  }
}

template <typename T>
NormLoops<T> loops() {
  return {.forward = forward<T>, .backward = backward<T>};
}

}  // namespace

ByType<NormLoops> norm_loops() { return {loops<float>(), loops<BFloat16>(), loops<double>()}; }

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
