// The sizes of a selection, and its description before the first step.

#include <fmt/format.h>

#include <map>
#include <numeric>

#include "lora/select/selection.h"
#include "lora/variants/registry.h"
#include "twofold/lora/lora.h"

namespace twofold {
namespace {

int64_t product_of(const std::vector<int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

}  // namespace

int64_t elements(const Variant& variant, const Site& site, bool trained) {
  int64_t count = 0;
  for (const TensorSpec& spec : variant.tensors(site)) {
    if ((spec.kind == TensorSpec::Kind::kTrained) == trained) count += product_of(spec.shape);
  }
  return count;
}

RowIds rows_trained_apart(const ParameterTree& parameters, const LoRAConfig& config) {
  const Selection selection = select_leaves(parameters, config);
  RowIds apart;
  for (const SelectedLeaf& selected : selection.leaves) {
    const auto rows = config.trained_tokens.find(selection.leaf(selected).path);
    if (!selected.saved && rows != config.trained_tokens.end()) apart.insert(*rows);
  }
  return apart;
}

AdapterSizes adapter_sizes(const ParameterTree& parameters, const LoRAConfig& config) {
  const Selection selection = select_leaves(parameters, config);
  AdapterSizes sizes;
  std::map<std::string, int64_t> shared;
  for (const SelectedLeaf& selected : selection.leaves) {
    const Site site{selection, selected};
    for (const Variant* variant : selected.variants) {
      sizes.activations += variant->activations(site);
      for (const TensorSpec& spec : variant->tensors(site)) {
        const int64_t count = product_of(spec.shape);
        if (spec.kind == TensorSpec::Kind::kTrained) sizes.trained += count;
        if (spec.kind == TensorSpec::Kind::kFrozen) sizes.constants += count;
        if (spec.kind == TensorSpec::Kind::kShared) shared[spec.name] = count;
      }
    }
  }
  for (const auto& [name, count] : shared) sizes.constants += count;
  return sizes;
}

std::vector<TrainedBeside> trained_beside_targets(const ParameterTree& parameters,
                                                  const LoRAConfig& config) {
  const Selection selection = select_leaves(parameters, config);
  std::vector<TrainedBeside> lines;
  for (const Variant* variant : variants()) {
    if (variant->adapts_targets(config)) continue;
    TrainedBeside line{.name = variant->name(), .shapes = {}};
    for (const SelectedLeaf& selected : selection.leaves) {
      const Site site{selection, selected};
      if (!variant->trains(site)) continue;
      for (const TensorSpec& spec : variant->tensors(site)) line.shapes.push_back(spec.shape);
    }
    if (!line.shapes.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string describe(const LoRAConfig& config) {
  std::string text =
      fmt::format("rank {}, alpha {}, base in {}", config.rank, config.alpha, config.base_dtype);
  if (!config.rank_pattern.empty() || !config.alpha_pattern.empty()) text += ", others by pattern";
  if (config.rslora) text += ", rsLoRA";
  text += targets_variant(config).note(config);
  if (config.dropout > 0) text += fmt::format(", dropout {}", config.dropout);
  if (config.lr_ratio != 1) text += fmt::format(", LoRA+ ratio {}", config.lr_ratio);
  if (config.init != LoRAConfig{}.init) text += ", init " + config.init;
  if (changes_base(config)) {
    text += " (the frozen base becomes what it leaves of the weights)";
  }
  return text;
}

}  // namespace twofold
