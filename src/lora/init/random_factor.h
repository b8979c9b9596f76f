#pragma once
// Random matrices for the starts of adapters.

#include <ATen/Functions.h>

#include "lora/init/init.h"
#include "lora/select/target.h"

namespace twofold {

/// (rows, columns) of N(0, stddev²).
inline at::Tensor normal_factor(const InitSubject& subject, int64_t rows, int64_t columns,
                                double stddev) {
  at::Tensor factor = at::empty({rows, columns}, at::kFloat);
  subject.stream().fill_normal(factor.mutable_data_ptr<float>(), 0,
                               static_cast<uint64_t>(factor.numel()), stddev);
  return factor;
}

/// (rows, columns) of U(−bound, bound).
inline at::Tensor uniform_factor(const InitSubject& subject, int64_t rows, int64_t columns,
                                 double bound) {
  at::Tensor factor = at::empty({rows, columns}, at::kFloat);
  const RandomStream stream = subject.stream();
  float* data = factor.mutable_data_ptr<float>();
  for (int64_t i = 0; i < factor.numel(); ++i) {
    data[i] = static_cast<float>(bound * (2 * stream.uniform(static_cast<uint64_t>(i)) - 1));
  }
  return factor;
}

inline at::Tensor zero_factor(int64_t rows, int64_t columns) {
  return at::zeros({rows, columns}, at::kFloat);
}

/// How PEFT starts a table's adapter: zeros on the side of the rows, N(0, 1) on the other.
inline Factors table_start(const InitSubject& subject) {
  return {zero_factor(subject.in, subject.rank),
          normal_factor(subject, subject.rank, subject.out, 1)};
}

}  // namespace twofold
