#pragma once
// Names of tensors: Hugging Face's and llama.cpp's.

#include <string>

namespace twofold {

/// "model.layers.3.mlp.up_proj.weight" → "blk.3.ffn_up.weight", in `architecture` (llama.cpp's
/// name). Throws an Error for a tensor that it has no place for.
std::string gguf_name(const std::string& architecture, const std::string& theirs);

}  // namespace twofold
