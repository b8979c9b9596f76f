#pragma once
// One factory for each family, defined in the family's file.

#include <memory>

#include "twofold/model/config.h"

namespace twofold {

std::unique_ptr<ModelConfig> make_gpt_config();
std::unique_ptr<ModelConfig> make_llama_config();
std::unique_ptr<ModelConfig> make_qwen_config();
std::unique_ptr<ModelConfig> make_gpt_neox_config();

}  // namespace twofold
