#pragma once
// The architecture of llama.cpp that computes what a Hugging Face config.json describes.

#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/gguf.h"

namespace twofold {

struct GgufArchitecture {
  std::string name;  ///< "llama", "qwen2", "qwen3", "gpt2", "gptneox"
  int64_t heads = 1, kv_heads = 1;
  bool interleaved_rotary = false;  ///< rotated pairs are neighbours there, halves here
  formats::GgufMetadata metadata;   ///< general.* and the architecture's hyperparameters
  at::Tensor rope_divisors;         ///< (head_dim/2) float32 of llama3's scaling; else undefined
  std::vector<std::string> notes;
};

/// Throws an Error, naming the field, for what llama.cpp cannot compute.
GgufArchitecture describe_gguf_architecture(const nlohmann::json& hf_config);

}  // namespace twofold
