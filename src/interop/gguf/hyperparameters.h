#pragma once
// What llama.cpp's architectures ask for beyond the fields that config.json has under another name.

#include <nlohmann/json.hpp>

#include "interop/gguf/architecture.h"

namespace twofold {

int64_t integer_of(const nlohmann::json& config, const char* key);
int64_t attention_heads(const nlohmann::json& config);
int64_t head_width(const nlohmann::json& config);

// One function an architecture, or for all without windows. Each may refuse.
void describe_unwindowed(GgufArchitecture& to, const nlohmann::json& config);
void describe_smollm3(GgufArchitecture& to, const nlohmann::json& config);
void describe_gemma2(GgufArchitecture& to, const nlohmann::json& config);
void describe_gemma3(GgufArchitecture& to, const nlohmann::json& config);
void describe_neox(GgufArchitecture& to, const nlohmann::json& config);
void describe_gpt2(GgufArchitecture& to, const nlohmann::json& config);

}  // namespace twofold
