#pragma once
// The families of models, and a program's own ones.

#include <functional>
#include <memory>
#include <string>

#include "twofold/model/config.h"

namespace twofold {

/// The family's settings at their defaults; an Error for an unknown family.
std::unique_ptr<ModelConfig> make_model_config(const std::string& family);

/// Makes the family of `make`'s settings, which are at their defaults, known to configs,
/// checkpoints and generation; its jobs are FAMILY/train/pretrain and FAMILY/train/lora. An Error
/// if there is one of that name. Before anything is configured, from one thread.
void register_model_family(std::function<std::unique_ptr<ModelConfig>()> make);

}  // namespace twofold
