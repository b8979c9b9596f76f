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

/// The settings of a Hugging Face config.json, of whichever family reads its `model_type`, checked.
/// An Error naming near ones, placed in `file`, if none does.
std::unique_ptr<ModelConfig> config_of_hf(const nlohmann::json& json, const std::string& file);
/// Those of the config.json in a folder.
std::unique_ptr<ModelConfig> config_of_hf_folder(const Path& folder);

}  // namespace twofold
