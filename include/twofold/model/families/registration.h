#pragma once
// The families of models, and a program's own ones.

#include <functional>
#include <memory>
#include <string>

#include "twofold/model/config.h"

namespace twofold {

/// The family's settings at their defaults; throws an Error for an unknown family.
std::unique_ptr<ModelConfig> make_model_config(const std::string& family);

/// Registers the family whose settings `make` returns at their defaults, for configs, checkpoints
/// and generation. Its jobs are FAMILY/train/pretrain and FAMILY/train/lora. Throws an Error if the
/// name is taken. Call it before anything is configured, from one thread.
void register_model_family(std::function<std::unique_ptr<ModelConfig>()> make);

}  // namespace twofold
