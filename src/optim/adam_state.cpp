#include "optim/adam_state.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "tensor/dtype.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

constexpr const char* kCount = "count";

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

AdamState make_adam_state(Trainable tensor, size_t index) {
  TWOFOLD_EXPECT(tensor.value.is_non_overlapping_and_dense(), tensor.name + " is not dense");
  const at::NoGradGuard no_grad;
  at::Tensor m = at::zeros_like(tensor.value);
  at::Tensor v = at::zeros_like(tensor.value);
  return {.tensor = std::move(tensor), .index = index, .m = std::move(m), .v = std::move(v)};
}

void append_state(NamedTensors& state, const std::vector<AdamState>& all) {
  for (const AdamState& adam : all) {
    state.emplace_back("m/" + adam.tensor.name, adam.m);
    state.emplace_back("v/" + adam.tensor.name, adam.v);
  }
}

void append_count(NamedTensors& state, int64_t count) {
  state.emplace_back(kCount, tensor_of(std::vector<int64_t>{count}, {}, host_device()));
}

int64_t count_of(const NamedTensors& state) {
  for (const auto& [name, tensor] : state) {
    if (name == kCount) return values_of<int64_t>(tensor).at(0);
  }
  TWOFOLD_EXPECT(false, "an optimizer state holds its count");
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
  throw_first_problems(std::move(problems), "the optimizer's state");
  const at::NoGradGuard no_grad;
  for (auto& [to, from] : copies) to.copy_(from);
}

}  // namespace twofold
