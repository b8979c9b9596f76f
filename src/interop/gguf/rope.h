#pragma once
// Rotary positions as llama.cpp's metadata.

#include "formats/json_reader.h"
#include "interop/gguf/architecture.h"

namespace twofold {

/// Adds what `config` says of rotary positions. `kinds`: the scalings that the architecture
/// computes. Throws an Error, naming the field, for what it does not.
void describe_gguf_rope(GgufArchitecture& to, const formats::JsonReader& config, int64_t rotary_dim,
                        const std::vector<std::string>& kinds);

}  // namespace twofold
