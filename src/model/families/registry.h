#pragma once
// The families of models, by name and by the `model_type` of Hugging Face configs.

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "twofold/model/families/registration.h"

namespace twofold {

/// "gpt", "llama", "qwen", "gpt_neox".
std::vector<std::string> model_families();

/// The settings of a Hugging Face config.json, checked, of the family that reads its `model_type`.
/// Throws an Error that names near types, placed in `file`, if no family does.
std::unique_ptr<ModelConfig> config_of_hf(const nlohmann::json& json, const std::string& file);
/// The same for the config.json in a folder.
std::unique_ptr<ModelConfig> config_of_hf_folder(const Path& folder);

}  // namespace twofold
