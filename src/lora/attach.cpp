// Adapters onto a model's parameters and off again.

#include <ATen/Functions.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "lora/lora.h"
#include "tensor/dtype.h"

namespace twofold {
namespace {

/// The leaves that get an adapter, in the tree's order. Throws as match_targets does.
std::vector<Parameter*> adapted_leaves(ParameterTree& parameters, const LoRAConfig& config) {
  match_targets(parameters, config);
  const std::vector<bool> selected = param_filter(parameters, config.target_modules);
  std::vector<Parameter*> leaves;
  for (size_t i = 0; i < selected.size(); ++i) {
    Parameter& leaf = parameters.all()[i];
    if (selected[i] && leaf.is_matrix()) leaves.push_back(&leaf);
  }
  return leaves;
}

void attach(Parameter& leaf, const Adapter& adapter, const LoRAConfig& config) {
  TWOFOLD_EXPECT(!leaf.weight.low_rank, leaf.path + " has an adapter already");
  adapter.A.requires_grad_(true);
  adapter.B.requires_grad_(true);
  leaf.weight.low_rank = LowRank{.A = adapter.A, .B = adapter.B, .scale = config.scale()};
}

std::string describe(const at::Tensor& tensor) {
  return fmt::format("{} ({})", dtype_name(tensor.scalar_type()), fmt::join(tensor.sizes(), ", "));
}

/// What keeps `adapter` from fitting `leaf` at this rank, if anything.
std::optional<Problem> misfit(const Parameter& leaf, const Adapter& adapter, int64_t rank) {
  const auto fits = [](const at::Tensor& tensor, int64_t rows, int64_t columns) {
    return tensor.scalar_type() == at::kFloat && tensor.dim() == 2 && tensor.size(0) == rows &&
           tensor.size(1) == columns;
  };
  const int64_t in = leaf.shape[0], out = leaf.shape[1];
  if (fits(adapter.A, in, rank) && fits(adapter.B, rank, out)) return std::nullopt;
  return Problem{
      .what = "an adapter does not fit the weight it is for",
      .where = leaf.path,
      .expected =
          fmt::format("lora_A float32 ({}, {}), lora_B float32 ({}, {})", in, rank, rank, out),
      .found = fmt::format("lora_A {}, lora_B {}", describe(adapter.A), describe(adapter.B)),
      .hint =
          "optimization/lora/rank and the architecture must be those the adapters were trained "
          "with"};
}

Problem wrong_leaf(const std::string& path, bool expected) {
  return {.what = expected ? "the targets select a leaf that has no adapter here"
                           : "there is an adapter for a leaf that the targets do not select",
          .where = path,
          .expected = {},
          .found = {},
          .hint = "optimization/lora/target_modules must be what the adapters were trained with"};
}

}  // namespace

at::Tensor initial_lora_A(const std::string& path, int64_t in, int64_t rank, uint64_t seed) {
  at::Tensor A = at::empty({in, rank}, at::kFloat);
  RandomStream(seed, Purpose::kAdapterInit, hash64(path))
      .fill_normal(A.mutable_data_ptr<float>(), 0, static_cast<uint64_t>(A.numel()),
                   1.0 / static_cast<double>(rank));
  return A;
}

LoRAParams inject_lora_params(ParameterTree& parameters, const LoRAConfig& config, uint64_t seed) {
  LoRAParams adapters;
  for (Parameter* leaf : adapted_leaves(parameters, config)) {
    const at::Device device = leaf->weight.value.device();
    Adapter adapter{.path = leaf->path,
                    .A = initial_lora_A(leaf->path, leaf->shape[0], config.rank, seed).to(device),
                    .B = at::zeros({config.rank, leaf->shape[1]},
                                   at::TensorOptions(at::kFloat).device(device))};
    attach(*leaf, adapter, config);
    adapters.push_back(std::move(adapter));
  }
  return adapters;
}

void attach_lora_params(ParameterTree& parameters, const LoRAParams& adapters,
                        const LoRAConfig& config) {
  const std::vector<Parameter*> leaves = adapted_leaves(parameters, config);
  std::vector<Problem> problems;
  for (const Parameter* leaf : leaves) {
    const auto found = std::find_if(adapters.begin(), adapters.end(),
                                    [&](const Adapter& a) { return a.path == leaf->path; });
    if (found == adapters.end()) {
      problems.push_back(wrong_leaf(leaf->path, true));
    } else if (auto problem = misfit(*leaf, *found, config.rank)) {
      problems.push_back(std::move(*problem));
    }
  }
  for (const Adapter& adapter : adapters) {
    const bool selected = std::any_of(leaves.begin(), leaves.end(),
                                      [&](const Parameter* l) { return l->path == adapter.path; });
    if (!selected) problems.push_back(wrong_leaf(adapter.path, false));
  }
  throw_problems(std::move(problems));
  for (const Adapter& adapter : adapters) attach(parameters.at(adapter.path), adapter, config);
}

void detach_lora_params(ParameterTree& parameters) {
  for (Parameter& parameter : parameters.all()) parameter.weight.low_rank.reset();
}

AdaptersOff::AdaptersOff(ParameterTree& parameters) : parameters_(parameters) {
  for (Parameter& parameter : parameters_.all()) {
    saved_.push_back(std::exchange(parameter.weight.low_rank, std::nullopt));
  }
}

AdaptersOff::~AdaptersOff() {
  for (size_t i = 0; i < saved_.size(); ++i) {
    parameters_.all()[i].weight.low_rank = std::move(saved_[i]);
  }
}

}  // namespace twofold
