#include "lora/variants/registry.h"

namespace twofold {

const std::vector<const Variant*>& variants() {
  static const std::vector<const Variant*> kVariants = {
      &lora_variant(),
      &dora_variant(),
      &full_weight_variant(),
      &token_rows_variant(),
  };
  return kVariants;
}

std::vector<std::string> variant_settings() {
  std::vector<std::string> settings;
  for (const Variant* variant : variants()) {
    if (!variant->setting().empty()) settings.push_back(variant->setting());
  }
  return settings;
}

const Variant& targets_variant(const LoRAConfig& config) {
  for (const Variant* variant : variants()) {
    if (variant->adapts_targets(config)) return *variant;
  }
  throw Bug("targets_variant", __FILE__, __LINE__, "no variant called " + config.variant);
}

}  // namespace twofold
