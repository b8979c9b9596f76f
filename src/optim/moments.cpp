#include "optim/moments.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "tensor/dtype.h"

namespace twofold {
namespace {

std::string describe(const at::Tensor& tensor) {
  return fmt::format("{} ({})", dtype_name(tensor.scalar_type()), fmt::join(tensor.sizes(), ", "));
}

Problem state_misfit(const std::string& name, std::string expected, std::string found) {
  return {.what = "the saved optimizer state does not fit this run",
          .where = name,
          .expected = std::move(expected),
          .found = std::move(found),
          .hint =
              "architecture, optimization/optimizer and optimization/lora must be those that the "
              "state was saved with"};
}

}  // namespace

Moments make_moments(Trainable tensor) {
  TWOFOLD_EXPECT(tensor.value.is_non_overlapping_and_dense(), tensor.name + " is not dense");
  const at::NoGradGuard no_grad;
  at::Tensor m = at::zeros_like(tensor.value);
  at::Tensor v = at::zeros_like(tensor.value);
  return {.tensor = std::move(tensor), .m = std::move(m), .v = std::move(v)};
}

void append_state(NamedTensors& state, const std::vector<Moments>& all) {
  for (const Moments& moments : all) {
    state.emplace_back("m/" + moments.tensor.name, moments.m);
    state.emplace_back("v/" + moments.tensor.name, moments.v);
  }
}

void copy_state(const NamedTensors& live, const NamedTensors& saved) {
  std::map<std::string, at::Tensor> left(saved.begin(), saved.end());
  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  std::vector<Problem> problems;
  for (const auto& [name, tensor] : live) {
    const auto node = left.extract(name);
    if (node.empty()) {
      problems.push_back(state_misfit(name, describe(tensor), "no such tensor"));
    } else if (node.mapped().sizes() != tensor.sizes() ||
               node.mapped().scalar_type() != tensor.scalar_type()) {
      problems.push_back(state_misfit(name, describe(tensor), describe(node.mapped())));
    } else {
      copies.emplace_back(tensor, node.mapped());
    }
  }
  for (const auto& [name, tensor] : left) {
    problems.push_back(state_misfit(name, "no such tensor", describe(tensor)));
  }
  throw_problems(std::move(problems));
  const at::NoGradGuard no_grad;
  for (auto& [to, from] : copies) to.copy_(from);
}

at::Tensor gradient_like(const at::Tensor& value) {
  const at::Tensor& gradient = value.grad();
  if (!gradient.defined() || gradient.strides() == value.strides()) return gradient;
  return at::empty_like(value).copy_(gradient);
}

double clip_scale(double clip, double norm) { return clip > 0 && norm > clip ? clip / norm : 1.0; }

}  // namespace twofold
