#include "lora/variants/registry.h"

#include "base/error.h"
#include "twofold/lora/registration.h"

namespace twofold {

namespace {

/// Those of the program, for as long as it lives.
std::vector<std::unique_ptr<const Variant>>& registered() {
  static std::vector<std::unique_ptr<const Variant>> all;
  return all;
}

std::vector<const Variant*>& table() {
  static std::vector<const Variant*> all = {
      &lora_variant(),        &dora_variant(),       &vera_variant(),
      &full_weight_variant(), &token_rows_variant(),
  };
  return all;
}

}  // namespace

const std::vector<const Variant*>& variants() { return table(); }

void register_adapter_variant(std::unique_ptr<const Variant> variant) {
  for (const Variant* known : variants()) {
    if (known->name() != variant->name()) continue;
    fail({.what = "a variant of adapters is registered twice",
          .where = "register_adapter_variant",
          .expected = "a name that no variant has",
          .found = variant->name(),
          .hint = "choose another Variant::name()"});
  }
  table().push_back(variant.get());
  registered().push_back(std::move(variant));
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
