#include "ops/cpu/gemm.h"

// The Fortran interface with 32-bit integers: the one that every BLAS has, MKL and OpenBLAS alike.
extern "C" {
void sgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k,
            const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
            const float* beta, float* c, const int* ldc);
void dgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k,
            const double* alpha, const double* a, const int* lda, const double* b, const int* ldb,
            const double* beta, double* c, const int* ldc);
}

namespace twofold::ops::cpu::TWOFOLD_LEVEL {
namespace {

/// BLAS is column-major: it sees every row-major matrix transposed, so cᵀ = bᵀ·aᵀ is asked for.
template <typename C, typename Blas>
void row_major(Blas blas, int64_t m, int64_t n, int64_t k, C alpha, const Operand<C>& a,
               const Operand<C>& b, C beta, C* c, int64_t c_stride) {
  const int rows = static_cast<int>(m), columns = static_cast<int>(n), inner = static_cast<int>(k);
  const int lda = static_cast<int>(a.stride), ldb = static_cast<int>(b.stride);
  const int ldc = static_cast<int>(c_stride);
  const char trans_a = a.transposed ? 'T' : 'N', trans_b = b.transposed ? 'T' : 'N';
  blas(&trans_b, &trans_a, &columns, &rows, &inner, &alpha, b.data, &ldb, a.data, &lda, &beta, c,
       &ldc);
}

}  // namespace

void gemm(int64_t m, int64_t n, int64_t k, float alpha, Operand<float> a, Operand<float> b,
          float beta, float* c, int64_t c_stride) {
  row_major(sgemm_, m, n, k, alpha, a, b, beta, c, c_stride);
}

void gemm(int64_t m, int64_t n, int64_t k, double alpha, Operand<double> a, Operand<double> b,
          double beta, double* c, int64_t c_stride) {
  row_major(dgemm_, m, n, k, alpha, a, b, beta, c, c_stride);
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
