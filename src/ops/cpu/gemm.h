#pragma once
// Small dense products on raw row-major memory, from whatever BLAS libtorch carries. Inside a
// parallel region they run on the calling thread alone.

#include <cstdint>

#include "ops/cpu/level.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {

/// A matrix in row-major memory. Element (i, j) of the operand is at data[i·stride + j], or, if
/// `transposed`, at data[j·stride + i].
template <typename C>
struct Operand {
  const C* data;
  int64_t stride;
  bool transposed = false;
};

/// c (m, n) = alpha·a (m, k)·b (k, n) + beta·c; with beta = 0, c is not read.
void gemm(int64_t m, int64_t n, int64_t k, float alpha, Operand<float> a, Operand<float> b,
          float beta, float* c, int64_t c_stride);
void gemm(int64_t m, int64_t n, int64_t k, double alpha, Operand<double> a, Operand<double> b,
          double beta, double* c, int64_t c_stride);

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
