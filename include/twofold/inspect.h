#pragma once
// What is in a file or folder.

#include <filesystem>
#include <vector>

#include "twofold/observer.h"

namespace twofold {

/// What is in a folder or file (a model, adapter, tokenizer, GGUF, safetensors, dataset,
/// checkpoint) and what twofold does with it. Throws an Error for anything else.
std::vector<Table> inspect(const std::filesystem::path& path);

}  // namespace twofold
