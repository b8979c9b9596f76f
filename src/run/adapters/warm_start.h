#pragma once
// A run that goes on from somebody's adapter takes its settings, and what it asks of the model.

#include <string>
#include <vector>

#include "twofold/lora/lora.h"
#include "twofold/model/config.h"

namespace twofold {

/// The first of the PEFT folders (DIR or DIR:weight) that trains the embedding and the head of a
/// model that has one matrix for both, each by itself; empty if none does. What cannot be read asks
/// for nothing.
std::string asks_to_untie(const std::vector<std::string>& folders, const ModelConfig& model);

/// Fills `lora` with what the PEFT folder lora.from_adapter says, and returns lines to show. An
/// Error names every key that the user set (`set_keys`) to another value, and an `init` that starts
/// elsewhere.
std::vector<std::string> fill_from_adapter(LoRAConfig& lora, const ModelConfig& model,
                                           const std::vector<std::string>& set_keys);

}  // namespace twofold
