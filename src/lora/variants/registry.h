#pragma once
// The variants of adapters: one file each in this folder, one line each in registry.cpp.

#include "twofold/lora/adapter.h"

namespace twofold {

/// In the order in which they are attached to a leaf.
const std::vector<const Variant*>& variants();

/// The values of optimization/lora/variant.
std::vector<std::string> variant_settings();
/// The variant that target_modules select leaves for.
const Variant& targets_variant(const LoRAConfig& config);

// lora/variants/*.cpp
const Variant& lora_variant();
const Variant& dora_variant();
const Variant& vera_variant();
const Variant& full_weight_variant();
const Variant& token_rows_variant();

}  // namespace twofold
