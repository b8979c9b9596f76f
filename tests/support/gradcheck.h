#pragma once
// Checks a gradient against two-sided finite differences, in double.
//
//   EXPECT_TRUE(gradients_match([&](const auto& in) { return silu_mul(in[0], in[1]); }, {gate,
//   up}));

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"

namespace twofold::test {

/// Standard normals, the same ones for the same salt; no global generator.
inline at::Tensor normal_tensor(at::IntArrayRef sizes, uint64_t salt,
                                at::ScalarType dtype = at::kDouble) {
  at::Tensor out = at::empty(sizes, at::kDouble);
  const RandomStream stream(0, Purpose::kTest, salt);
  for (int64_t i = 0; i < out.numel(); ++i) out.data_ptr<double>()[i] = stream.normal(i);
  return out.to(dtype);
}

using TensorFunction = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

struct GradientCheck {
  double step = 1e-5;       ///< of each entry, to both sides
  double tolerance = 1e-6;  ///< |analytic − numeric| ≤ tolerance·(1 + |numeric|)
};

namespace detail {

/// A fixed direction that no symmetry of an op is blind to; Σ output·direction is what is derived.
inline at::Tensor direction_like(const at::Tensor& output) {
  return (at::arange(output.numel(), at::kDouble) * 1.7 + 0.3).cos().view(output.sizes());
}

inline double projected(const TensorFunction& function, const std::vector<at::Tensor>& inputs) {
  const at::NoGradGuard no_grad;
  const at::Tensor output = function(inputs);
  return (output * direction_like(output)).sum().item<double>();
}

inline std::vector<int64_t> unravel(int64_t flat, at::IntArrayRef sizes) {
  std::vector<int64_t> index(sizes.size());
  for (size_t d = sizes.size(); d-- > 0; flat /= sizes[d]) index[d] = flat % sizes[d];
  return index;
}

inline double& entry(const at::Tensor& tensor, const std::vector<int64_t>& index) {
  int64_t offset = 0;
  for (size_t d = 0; d < index.size(); ++d) offset += index[d] * tensor.stride(d);
  return tensor.data_ptr<double>()[offset];
}

/// d projected / d inputs for every floating input, undefined where the function ignores it.
inline std::vector<at::Tensor> analytic_gradients(const TensorFunction& function,
                                                  std::vector<at::Tensor> inputs) {
  std::vector<at::Tensor> leaves;
  for (at::Tensor& input : inputs) {
    if (!input.is_floating_point()) continue;
    input = input.detach().clone().requires_grad_(true);
    leaves.push_back(input);
  }
  const at::Tensor output = function(inputs);
  return torch::autograd::grad({output}, leaves, {direction_like(output)},
                               /*retain_graph=*/std::nullopt, /*create_graph=*/false,
                               /*allow_unused=*/true);
}

}  // namespace detail

/// Compares every entry of the gradient of every floating-point (double) input; integer inputs are
/// handed through. Inputs keep their strides if they are dense, so transposed storage can be
/// tested. On failure says how many entries are wrong and names the worst.
inline testing::AssertionResult gradients_match(const TensorFunction& function,
                                                const std::vector<at::Tensor>& inputs,
                                                const GradientCheck& check = {}) {
  const std::vector<at::Tensor> analytic = detail::analytic_gradients(function, inputs);
  std::vector<at::Tensor> probes;
  for (const at::Tensor& input : inputs) probes.push_back(input.detach().clone());

  int64_t wrong = 0, total = 0;
  double worst = 0;
  std::string report;
  size_t leaf = 0;
  for (size_t i = 0; i < probes.size(); ++i) {
    if (!probes[i].is_floating_point()) continue;
    if (probes[i].scalar_type() != at::kDouble) {
      return testing::AssertionFailure() << "input " << i << " is not double";
    }
    const at::Tensor& gradient = analytic[leaf++];
    for (int64_t flat = 0; flat < probes[i].numel(); ++flat, ++total) {
      const std::vector<int64_t> index = detail::unravel(flat, probes[i].sizes());
      double& x = detail::entry(probes[i], index);
      const double kept = x;
      x = kept + check.step;
      const double above = detail::projected(function, probes);
      x = kept - check.step;
      const double below = detail::projected(function, probes);
      x = kept;
      const double numeric = (above - below) / (2 * check.step);
      const double found = gradient.defined() ? detail::entry(gradient, index) : 0.0;
      const double error = std::abs(found - numeric) / (1 + std::abs(numeric));
      const bool bad = !(error <= check.tolerance);  // catches NaN
      wrong += bad;
      if (!bad || (error <= worst && !report.empty())) continue;
      worst = error;
      report = fmt::format("input {} [{}]: analytic {}{:.12g}, numeric {:.12g}", i,
                           fmt::join(index, ", "), gradient.defined() ? "" : "(undefined) ", found,
                           numeric);
    }
  }
  if (total == 0) return testing::AssertionFailure() << "no floating-point entry was checked";
  if (wrong == 0) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << wrong << " of " << total << " entries differ; worst: " << report;
}

}  // namespace twofold::test
