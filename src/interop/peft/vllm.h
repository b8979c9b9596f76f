#pragma once
// What vLLM makes of an adapter folder. Its server takes the two factors of each linear layer, and
// for some models those of embedding and head; the rest it refuses, or ignores silently. As of vLLM
// 0.32; tests/clients/vllm_test.py holds it against the server itself.

#include <cstdint>
#include <string>
#include <vector>

#include "interop/peft/config.h"
#include "twofold/model/config.h"

namespace twofold {

struct VllmReading {
  std::vector<std::string> obstacles;  ///< why it cannot serve the folder; empty: it can
  int64_t max_lora_rank = 0;           ///< what --max-lora-rank must be at least, then
  std::vector<std::string> recent;     ///< what only version 0.32 and later do
};

/// `model`: the model that the folder's adapters are for.
VllmReading vllm_reading(const PeftConfig& config, const ModelConfig& model);

}  // namespace twofold
