#pragma once
// A run that goes on from somebody's adapter takes its settings.

#include <string>
#include <vector>

#include "lora/lora.h"
#include "model/config.h"

namespace twofold {

/// Fills `lora` with what the PEFT folder lora.from_adapter says, and returns lines to show. An
/// Error names every key that the user set (`set_keys`) to another value, and an `init` that starts
/// elsewhere.
std::vector<std::string> fill_from_adapter(LoRAConfig& lora, const ModelConfig& model,
                                           const std::vector<std::string>& set_keys);

}  // namespace twofold
