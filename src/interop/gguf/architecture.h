#pragma once
// The architecture of llama.cpp that computes what a Hugging Face config.json describes.

#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/gguf.h"

namespace twofold {

struct GgufArchitecture {
  std::string name;  ///< "llama", "qwen2", …
  int64_t heads = 1, kv_heads = 1;
  bool interleaved_rotary = false;  ///< rotated pairs are neighbours there, halves here
  bool norm_offset = false;         ///< norms multiply by the weight there, by 1 + weight here
  double query_factor = 1;  ///< q is multiplied by this beyond what llama.cpp does by itself
  formats::GgufMetadata metadata = {};  ///< general.* and the architecture's hyperparameters
  at::Tensor rope_divisors = {};        ///< (head_dim/2) float32 of llama3's scaling, or undefined
  std::vector<std::string> notes = {};

  /// Adds `<name>.<key>`.
  void integer(const std::string& key, int64_t value) { add(key, static_cast<uint32_t>(value)); }
  void number(const std::string& key, double value) { add(key, static_cast<float>(value)); }
  void add(const std::string& key, formats::GgufValue value) {
    metadata.emplace_back(name + "." + key, std::move(value));
  }
};

/// Throws an Error, naming the field, for what llama.cpp cannot compute.
GgufArchitecture describe_gguf_architecture(const nlohmann::json& hf_config);

/// Refuses a field's value: llama.cpp's `architecture` does not compute it.
[[noreturn]] void not_in_gguf(const std::string& architecture, const std::string& field,
                              std::string expected, std::string found);

}  // namespace twofold
