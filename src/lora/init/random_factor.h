#pragma once
// Random matrices for the starts of adapters.

#include <ATen/Functions.h>

#include "lora/init/init.h"
#include "lora/select/target.h"
#include "twofold/tensor/host.h"

namespace twofold {

/// (rows, columns) of N(0, stddev²).
inline at::Tensor normal_factor(const InitSubject& subject, int64_t rows, int64_t columns,
                                double stddev) {
  std::vector<float> values(static_cast<size_t>(rows * columns));
  subject.stream().fill_normal(values.data(), 0, values.size(), stddev);
  return tensor_of(values, {rows, columns}, host_device());
}

/// (rows, columns) of U(−bound, bound).
inline at::Tensor uniform_factor(const InitSubject& subject, int64_t rows, int64_t columns,
                                 double bound) {
  std::vector<float> values(static_cast<size_t>(rows * columns));
  const RandomStream stream = subject.stream();
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(bound * (2 * stream.uniform(i) - 1));
  }
  return tensor_of(values, {rows, columns}, host_device());
}

inline at::Tensor zero_factor(int64_t rows, int64_t columns) {
  return at::zeros({rows, columns}, at::TensorOptions(at::kFloat).device(host_device()));
}

/// PEFT's init for a table's adapter: A (V, r) is zero, B (r, D) is N(0, 1).
inline Factors table_start(const InitSubject& subject) {
  return {zero_factor(subject.in, subject.rank),
          normal_factor(subject, subject.rank, subject.out, 1)};
}

}  // namespace twofold
