// Writes our adapters as a PEFT folder.

#include <ATen/Functions.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/unpublished.h"
#include "interop/peft/config.h"
#include "interop/peft/mapping.h"
#include "interop/peft/modules.h"
#include "interop/peft/peft.h"
#include "lora/variants/registry.h"
#include "tensor/io.h"
#include "twofold/lora/lora.h"

namespace twofold {
namespace {

constexpr const char* kWhole = "whole";
constexpr const char* kRows = "rows";
const std::map<std::string, std::string> kMetadata = {{"format", "pt"}};

/// PEFT's rule for a list's entry.
bool ends_module(const std::string& end, const std::string& module) {
  return module == end || module.ends_with("." + end);
}

class Folder {
 public:
  Folder(const ModelConfig& model, const NamedTensors& adapters, const LoRAConfig& lora,
         const std::string& base_model)
      : lora_(lora),
        mapping_(peft_mapping(targets_variant(lora).peft_type())),
        modules_(peft_modules(model)),
        by_leaf_(by_leaf(adapters)) {
    config_.peft_type = mapping_.keys().type();
    mapping_.to_config(lora, config_);
    config_.lora_dropout = lora.dropout;
    config_.bias = lora.bias;
    config_.base_model = base_model;
    const int64_t widening = changes_base(lora) ? 2 : 1;
    config_.r = widening * lora.rank;
    config_.lora_alpha = alpha_of(lora.scale(), config_.r);
    for (const PeftModule& module : modules_) add(module);
    for (const auto& [name, tensor] : mapping_.save_shared(by_leaf_[""])) put(name, tensor);
    choose_targets();
    config_.rank_pattern = as_pattern(ranks_, static_cast<double>(config_.r));
    config_.alpha_pattern = as_pattern(alphas_, config_.lora_alpha);
  }

  const PeftConfig& config() const { return config_; }
  const NamedTensors& tensors() const { return tensors_; }

 private:
  /// null: the leaf has none.
  const AdapterTensors* adapter_of(const std::string& leaf) const {
    const auto found = by_leaf_.find(leaf);
    return found == by_leaf_.end() ? nullptr : &found->second;
  }

  /// The alpha that gives a rank this scale.
  double alpha_of(double scale, int64_t rank) const {
    const double width = static_cast<double>(rank);
    const double alpha = scale * (lora_.rslora ? std::sqrt(width) : width);
    // A whole alpha stays whole through the division and back.
    return std::abs(alpha - std::round(alpha)) < 1e-9 * alpha ? std::round(alpha) : alpha;
  }

  void add(const PeftModule& module) {
    const AdapterTensors* weight = adapter_of(module.weight);
    const AdapterTensors* bias = module.bias.empty() ? nullptr : adapter_of(module.bias);
    const std::string name = kPeftPrefix + module.name;
    const bool saved = weight && weight->contains(kWhole);
    if (saved) {
      config_.modules_to_save.push_back(module.name);
      const at::Tensor& value = weight->at(kWhole);
      put(name + ".weight", module.transpose ? value.t() : value);
    } else if (weight) {
      add_parts(module, *weight);
    }
    if (!bias) return;
    put(name + (weight && !saved ? ".base_layer.bias" : ".bias"), bias->at(kWhole));
  }

  void add_parts(const PeftModule& module, AdapterTensors tensors) {
    const auto rows = tensors.extract(kRows);
    if (!rows.empty() && !tensors.empty()) {
      fail({.what = "PEFT cannot adapt a table and train rows of it apart",
            .where = module.weight,
            .expected = "one of the two",
            .found = "an adapter beside the rows of new tokens",
            .hint = "export the merged model instead: --to merged"});
    }
    if (rows.empty()) {
      add_adapter(module, tensors);
    } else if (!module.tied) {  // PEFT ties the head to the table's rows itself
      const std::string end = module.name.substr(module.name.rfind('.') + 1);
      config_.trainable_tokens[end] = lora_.trained_tokens.at(module.weight);
      put(kPeftPrefix + module.name + kPeftRows, rows.mapped());
    }
  }

  void add_adapter(const PeftModule& module, const AdapterTensors& tensors) {
    const PeftSaved saved = mapping_.save(module, tensors);
    for (const auto& [end, tensor] : saved.tensors) put(kPeftPrefix + module.name + end, tensor);
    adapted_.insert(module.name);
    ranks_[module.name] = static_cast<double>(saved.rank);
    alphas_[module.name] = alpha_of(lora_.scale_of(module.weight), saved.rank);
    if (module.kind == PeftModule::Kind::kDense) config_.fan_in_fan_out = !module.transpose;
  }

  void put(std::string name, const at::Tensor& tensor) {
    tensors_.emplace_back(std::move(name), tensor.detach());
  }

  void choose_targets() {
    std::vector<std::string> all;
    for (const PeftModule& module : modules_) all.push_back(module.name);
    config_.target_modules.list = shortest_ends(all, adapted_, '.', ends_module);
    std::sort(config_.target_modules.list.begin(), config_.target_modules.list.end());
  }

  /// Entries for the modules whose value is not the common one.
  PeftPattern as_pattern(const std::map<std::string, double>& values, double common) const {
    std::map<double, std::set<std::string>> groups;
    std::vector<std::string> all;
    for (const auto& [module, value] : values) {
      all.push_back(module);
      if (value != common) groups[value].insert(module);
    }
    PeftPattern pattern;  // no module fits two of its keys
    for (const auto& [value, modules] : groups) {
      for (const std::string& end : shortest_ends(all, modules, '.', ends_module)) {
        pattern.emplace_back(end, value);
      }
    }
    return pattern;
  }

  const LoRAConfig& lora_;
  const PeftMapping& mapping_;
  std::vector<PeftModule> modules_;
  std::map<std::string, AdapterTensors> by_leaf_;
  std::set<std::string> adapted_;
  std::map<std::string, double> ranks_, alphas_;
  PeftConfig config_;
  NamedTensors tensors_;
};

}  // namespace

void save_peft_folder(const ModelConfig& config, const NamedTensors& adapters,
                      const LoRAConfig& lora, const Path& folder, const std::string& base_model) {
  const Folder contents(config, adapters, lora, base_model);
  Unpublished building(folder);
  std::error_code failure;
  std::filesystem::create_directories(building.path(), failure);
  if (failure) fail_io("create folder", building.path(), failure.value());
  write_tensors(building.path() / kPeftWeightsFile, contents.tensors(), kMetadata);
  write_atomic(building.path() / kPeftConfigFile, peft_config_text(contents.config()));
  building.publish();
}

}  // namespace twofold
