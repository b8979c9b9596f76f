#include "twofold/tensor/parameters.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "tensor/nf4.h"

namespace twofold {
namespace {

/// A fresh tensor; a transposed one is drawn in the order of its storage.
at::Tensor draw(const Parameter& parameter, uint64_t seed, at::ScalarType dtype) {
  std::vector<int64_t> stored = parameter.shape;
  if (parameter.transposed_storage) std::swap(stored[0], stored[1]);
  const auto options = at::TensorOptions(at::kFloat).device(host_device());
  at::Tensor value;
  switch (parameter.init.kind) {
    case Init::Kind::kZeros:
      value = at::zeros(stored, options.dtype(dtype));
      break;
    case Init::Kind::kOnes:
      value = at::ones(stored, options.dtype(dtype));
      break;
    case Init::Kind::kNormal: {
      value = at::empty(stored, options);
      const RandomStream stream(seed, Purpose::kParameterInit, hash64(parameter.path));
      float* data = value.mutable_data_ptr<float>();
      at::parallel_for(0, value.numel(), 1 << 16, [&](int64_t begin, int64_t end) {
        stream.fill_normal(data + begin, static_cast<uint64_t>(begin),
                           static_cast<uint64_t>(end - begin), parameter.init.stddev);
      });
      value = value.to(dtype);
    }
  }
  return parameter.transposed_storage ? value.t() : value;
}

}  // namespace

int64_t Parameter::count() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

Weight& ParameterTree::declare(Parameter parameter) {
  const bool fresh = index_.emplace(parameter.path, parameters_.size()).second;
  TWOFOLD_EXPECT(fresh, "parameter " + parameter.path + " is declared twice");
  parameters_.push_back(std::move(parameter));
  return parameters_.back().weight;
}

Parameter* ParameterTree::find(const std::string& path) {
  const auto found = index_.find(path);
  return found == index_.end() ? nullptr : &parameters_[found->second];
}

const Parameter* ParameterTree::find(const std::string& path) const {
  const auto found = index_.find(path);
  return found == index_.end() ? nullptr : &parameters_[found->second];
}

Parameter& ParameterTree::at(const std::string& path) {
  Parameter* found = find(path);
  TWOFOLD_EXPECT(found, "no parameter " + path);
  return *found;
}

std::vector<std::string> ParameterTree::paths() const {
  std::vector<std::string> all;
  for (const Parameter& parameter : parameters_) all.push_back(parameter.path);
  return all;
}

int64_t ParameterTree::count() const {
  int64_t count = 0;
  for (const Parameter& parameter : parameters_) count += parameter.count();
  return count;
}

void ParameterTree::initialize(uint64_t seed, at::ScalarType dtype) {
  for (Parameter& parameter : parameters_) {
    parameter.weight.value = on_device(draw(parameter, seed, dtype), device_);
  }
}

void ParameterTree::move_to(at::Device device) {
  const at::NoGradGuard no_grad;
  device_ = device;
  for (Parameter& parameter : parameters_) {
    Weight& weight = parameter.weight;
    if (weight.packed) {
      weight.packed = std::make_shared<Nf4>(moved_to(device, *weight.packed));
    } else {
      weight.value = on_device(weight.value, device);
    }
  }
}

NamedTensors moved_to(at::Device device, NamedTensors tensors) {
  for (auto& [name, tensor] : tensors) tensor = on_device(tensor, device);
  return tensors;
}

NamedTensors ParameterTree::named() const {
  NamedTensors named;
  for (const Parameter& parameter : parameters_)
    named.emplace_back(parameter.path, parameter.weight.value);
  return named;
}

}  // namespace twofold
