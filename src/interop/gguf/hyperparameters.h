#pragma once
// Hyperparameters of llama.cpp's architectures that are not just a field of config.json under
// another name.

#include "formats/json_reader.h"
#include "interop/gguf/architecture.h"

namespace twofold {

int64_t attention_heads(const formats::JsonReader& config);
int64_t head_width(const formats::JsonReader& config);

// One function for each architecture, and one for all that have no windows. Each may throw an
// Error.
void describe_unwindowed(GgufArchitecture& to, const formats::JsonReader& config);
void describe_smollm3(GgufArchitecture& to, const formats::JsonReader& config);
void describe_gemma2(GgufArchitecture& to, const formats::JsonReader& config);
void describe_gemma3(GgufArchitecture& to, const formats::JsonReader& config);
void describe_neox(GgufArchitecture& to, const formats::JsonReader& config);
void describe_gpt2(GgufArchitecture& to, const formats::JsonReader& config);

}  // namespace twofold
