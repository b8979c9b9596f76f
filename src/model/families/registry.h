#pragma once
// The families of models, by name and by the `model_type` of Hugging Face configs.

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "model/config.h"

namespace twofold {

/// "gpt", "llama", "qwen", "gpt_neox".
std::vector<std::string> model_families();
/// The family's settings at their defaults; an Error for an unknown family.
std::unique_ptr<ModelConfig> make_model_config(const std::string& family);

/// The settings of a Hugging Face config.json, of whichever family reads its `model_type`, checked.
/// An Error naming near ones, placed in `file`, if none does.
std::unique_ptr<ModelConfig> config_of_hf(const nlohmann::json& json, const std::string& file);
/// Those of the config.json in a folder.
std::unique_ptr<ModelConfig> config_of_hf_folder(const Path& folder);

}  // namespace twofold
