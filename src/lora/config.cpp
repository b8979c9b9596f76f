// The settings of adapters, declared once.

#include "twofold/lora/config.h"

#include <cmath>
#include <utility>

#include "lora/init/init.h"
#include "lora/variants/registry.h"
#include "twofold/config/field.h"
#include "twofold/lora/freeze.h"

namespace twofold {

namespace {

constexpr double kMaxRank = 0x1p14;  // as wide as models are; adapters stay countable in an int64

/// Adds keys of optimization/lora.
class Section {
 public:
  explicit Section(config::Fields& fields) : fields_(fields) {}
  template <class T>
  void add(const char* name, T& target, const char* doc, Constraint constraint = {}) const {
    fields_.add(std::string(kLoraSection) + name, target, doc, std::move(constraint));
  }

 private:
  config::Fields& fields_;
};

const Constraint kPositive{.min = 0, .exclusive_min = true};

void declare_targets(const Section& section, LoRAConfig& config) {
  const Constraint rank_range{.min = 1, .max = kMaxRank};
  section.add("rank", config.rank, "Rank r of each adapter: A is (in, r), B is (r, out).",
              rank_range);
  section.add("alpha", config.alpha,
              "Adapters are scaled by alpha / rank (rslora: alpha / sqrt(rank)).", kPositive);
  section.add(
      "target_modules", config.target_modules,
      "What to adapt: every matrix whose slash path contains one of these texts, such as kernel, "
      "attn, q_proj or blocks/0/; all-linear; or re: and a regular expression for the whole path.");
  section.add("exclude_modules", config.exclude_modules,
              "What not to adapt although a target selects it; written as targets are.");
  section.add(
      "layers_to_transform", config.layers_to_transform,
      "Adapt in these blocks only (numbers from 0); empty: in all of them, and outside of blocks.",
      {.min = 0});
  section.add("rank_pattern", config.rank_pattern,
              "Other ranks for some leaves: target -> rank. The longest target that selects a leaf "
              "decides.",
              rank_range);
  section.add("alpha_pattern", config.alpha_pattern,
              "Other alphas for some leaves: target -> alpha.", kPositive);
  section.add(
      "modules_to_save", config.modules_to_save,
      "Modules to train whole, in float32, instead of adapting them; written as targets are.");
  section.add(
      "bias", config.bias,
      "Biases trained too: none, all of the model's, or those of adapted layers (lora_only).",
      {.choices = {"none", "all", "lora_only"}});
}

void declare_variant(const Section& section, LoRAConfig& config) {
  section.add(
      "variant", config.variant,
      "What the adapters are: lora (A and B), or another variant, which has settings of its "
      "own under its name.",
      {.choices = variant_settings()});
  section.add("rslora", config.rslora, "Scale by alpha / sqrt(rank) (arXiv 2312.03732).");
  section.add(
      "dora", config.dora,
      "Train the length of each column of the adapted weight (of the head: each row) apart from "
      "its "
      "direction (arXiv 2402.09353).");
  section.add("dropout", config.dropout,
              "Share of a matrix's inputs that its adapter does not see in a training step.",
              {.min = 0, .max = 1, .exclusive_max = true});
}

void declare_start(const Section& section, LoRAConfig& config) {
  section.add(
      "init", config.init,
      "How adapters start: reference and gaussian (A normal, standard deviation 1/r, B zero), "
      "kaiming (PEFT's default), pissa and olora (taken out of the frozen weights).",
      {.choices = init_names()});
  section.add("lr_ratio", config.lr_ratio,
              "LoRA+ (arXiv 2402.12354): learning rate of B / learning rate of A.", kPositive);
  section.add(
      "from_adapter", config.from_adapter,
      "PEFT folder whose adapters phase 2 starts from; it fills in rank, alpha, target_modules and "
      "the like.");
  section.add(
      "base_adapters", config.base_adapters,
      "PEFT folders that are added to the weights before they are frozen, each DIR or DIR:weight; "
      "the new adapters are stacked on them.");
  section.add(
      "base_dtype", config.base_dtype,
      "Element type of the frozen weights in phase 2; nf4: 4 bits for the blocks' dense kernels "
      "(QLoRA, arXiv 2305.14314), bfloat16 for the rest.",
      {.choices = {"bfloat16", "float32", kNf4}});
  section.add("lr", config.lr, "Peak learning rate of phase 2; -1 means optimization/lr.",
              {.min = 0, .exclusive_min = true, .or_else = -1});
}

}  // namespace

void LoRAConfig::declare(config::Fields& fields) {
  const Section section(fields);
  declare_targets(section, *this);
  declare_variant(section, *this);
  declare_start(section, *this);
  for (const Variant* each : variants()) each->declare(fields, *this);
}

double LoRAConfig::scale(int64_t r, double a) const {
  const double width = static_cast<double>(r);
  return a / (rslora ? std::sqrt(width) : width);
}

std::string beyond_low_rank(const LoRAConfig& config) {
  if (config.dora) return "dora";
  if (config.variant != LoRAConfig{}.variant) return "variant";
  if (config.bias != "none") return "bias";
  return config.modules_to_save.empty() ? "" : "modules_to_save";
}

std::vector<std::string> keys_of_adapter() {
  std::vector<std::string> keys;
  for (const char* name :
       {"rank", "alpha", "target_modules", "rank_pattern", "alpha_pattern", "modules_to_save",
        "bias", "variant", "rslora", "dora", "exclude_modules", "layers_to_transform"}) {
    keys.push_back(std::string(kLoraSection) + name);
  }
  LoRAConfig any;
  config::Fields own;
  for (const Variant* each : variants()) each->declare(own, any);
  for (const auto& field : own.all()) keys.push_back(field->key);
  return keys;
}

VariantSettings& VariantSettings::operator=(const VariantSettings& other) {
  for (const auto& [key, value] : other.numbers_) numbers_[key] = value;
  for (const auto& [key, value] : other.integers_) integers_[key] = value;
  return *this;
}

double& VariantSettings::number(const std::string& key, double otherwise) {
  return numbers_.try_emplace(key, otherwise).first->second;
}

int64_t& VariantSettings::integer(const std::string& key, int64_t otherwise) {
  return integers_.try_emplace(key, otherwise).first->second;
}

double VariantSettings::number_or(const std::string& key, double otherwise) const {
  const auto found = numbers_.find(key);
  return found == numbers_.end() ? otherwise : found->second;
}

int64_t VariantSettings::integer_or(const std::string& key, int64_t otherwise) const {
  const auto found = integers_.find(key);
  return found == integers_.end() ? otherwise : found->second;
}

}  // namespace twofold
