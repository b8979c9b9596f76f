#pragma once
// The families of models, by name and by the `model_type` of Hugging Face configs.

#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "model/config.h"

namespace twofold {

/// "gpt", "llama", "qwen", "gpt_neox".
std::vector<std::string> model_families();
/// The family that reads `model_type`; an Error naming near ones and `where` if there is none.
std::string family_of_model_type(const std::string& model_type, const std::string& where);
/// The family's settings at their defaults; an Error for an unknown family.
std::unique_ptr<ModelConfig> make_model_config(const std::string& family);

/// The settings of the model in a Hugging Face `folder`, of whichever family its `model_type` says,
/// checked.
std::unique_ptr<ModelConfig> config_of_hf_folder(const Path& folder);

}  // namespace twofold
