#pragma once
// What the files of a Hugging Face folder hold, under whichever names they have it.

#include <string>

#include "formats/sharded.h"
#include "model/hf/hugging_face.h"

namespace twofold {

/// Causal masks and frequencies that old checkpoints carry.
bool is_known_buffer(const std::string& name);
/// The tensor under its own name, the name it has in files of the bare decoder (no
/// `transformer.`), or its other name; null if there is none.
const formats::LocatedTensor* locate(const formats::TensorFolder& folder, const HfTensor& wanted);
/// In the same dtype.
bool have_same_values(const formats::LocatedTensor& one, const formats::LocatedTensor& other);

}  // namespace twofold
