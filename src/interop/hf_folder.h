#pragma once
// Hugging Face model folders of whichever family they are.

#include <memory>

#include "base/files.h"
#include "model/config.h"

namespace twofold {

/// The settings of the model in `folder`: config.json read by the family that its model_type
/// belongs to. Throws an Error if no family takes it.
std::unique_ptr<ModelConfig> read_hf_folder_config(const Path& folder);

}  // namespace twofold
