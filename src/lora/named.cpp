// Adapters as named tensors, the form in which checkpoints hold them and optimizers see them.

#include <set>

#include "twofold/lora/lora.h"

namespace twofold {
namespace {

/// "blocks/0/attn/q_proj/kernel" and "lora_A" of their join; a name without a path has none.
std::pair<std::string, std::string> split_name(const std::string& name) {
  const size_t slash = name.rfind('/');
  if (slash == std::string::npos) return {"", name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

void append(NamedTensors& all, NamedTensors more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

NamedTensors named_adapters(const LoRAParams& adapters) {
  NamedTensors all;
  for (const auto& adapter : adapters) append(all, adapter->named(/*trained=*/true));
  return all;
}

NamedTensors named_constants(const LoRAParams& adapters) {
  NamedTensors all;
  std::set<std::string> seen;  // shared ones are every adapter's
  for (const auto& adapter : adapters) {
    for (auto& [name, tensor] : adapter->named(/*trained=*/false)) {
      if (seen.insert(name).second) all.emplace_back(name, tensor);
    }
  }
  return all;
}

NamedTensors named_tensors(const LoRAParams& adapters) {
  NamedTensors all = named_adapters(adapters);
  append(all, named_constants(adapters));
  return all;
}

std::vector<double> lr_multipliers(const LoRAParams& adapters, const LoRAConfig& config) {
  std::vector<double> multipliers;
  for (const auto& adapter : adapters) {
    for (const auto& [name, tensor] : adapter->named(/*trained=*/true)) {
      multipliers.push_back(adapter->lr_multiplier(split_name(name).second, config));
    }
  }
  return multipliers;
}

int64_t count_lora_params(const LoRAParams& adapters) {
  int64_t count = 0;
  for (const auto& [name, tensor] : named_adapters(adapters)) count += tensor.numel();
  return count;
}

std::map<std::string, AdapterTensors> by_leaf(const NamedTensors& tensors) {
  std::map<std::string, AdapterTensors> leaves;
  for (const auto& [name, tensor] : tensors) {
    const auto [path, end] = split_name(name);
    leaves[path][end] = tensor;
  }
  return leaves;
}

}  // namespace twofold
