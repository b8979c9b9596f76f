#pragma once
// Finds the tensors of a Hugging Face folder, under whichever names its files use.

#include <string>

#include "formats/sharded.h"
#include "model/hf/hugging_face.h"

namespace twofold {

/// Whether the name is of a causal mask or of rotary frequencies, which old checkpoints carry.
bool is_known_buffer(const std::string& name);
/// The tensor under its own name, the name that it has in files of the bare decoder (without
/// `transformer.`, `model.` or `gpt_neox.`), or its alias; null if there is none.
const formats::LocatedTensor* locate(const formats::TensorFolder& folder, const HfTensor& wanted);
/// Whether both have the same dtype, shape and values.
bool have_same_values(const formats::LocatedTensor& one, const formats::LocatedTensor& other);

}  // namespace twofold
