#pragma once
// A warm start: the settings that a run takes from the PEFT folders it starts from, and what they
// need of the model.

#include <string>
#include <vector>

#include "twofold/lora/lora.h"
#include "twofold/model/config.h"

namespace twofold {

/// The first of the PEFT folders (DIR or DIR:weight) that trains the embedding and the head of a
/// tied model separately, so that the model must be untied; empty if none does. Skips folders that
/// cannot be read: the code that loads them reports the error.
std::string asks_to_untie(const std::vector<std::string>& folders, const ModelConfig& model);

/// Fills `lora` from the PEFT folder lora.from_adapter and returns lines to show. Throws an Error
/// naming every key that the user set (`set_keys`) to another value, an `init` other than the
/// default, and rows of added tokens that the folder does not train.
std::vector<std::string> fill_from_adapter(LoRAConfig& lora, const ModelConfig& model,
                                           const std::vector<std::string>& set_keys);

/// The same from what a run with that adapter has saved, where the folder is gone.
void fill_from_saved(LoRAConfig& lora, LoRAConfig& saved, const std::vector<std::string>& set_keys);

}  // namespace twofold
