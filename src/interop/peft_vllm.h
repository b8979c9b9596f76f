#pragma once
// What vLLM makes of an adapter folder. Its server reads one rank and one scale for all modules
// and the two factors of each (vllm/lora/peft_helper.py, lora_model.py and lora_weights.py of
// 2026); the rest it refuses or, worse, passes over.

#include <cstdint>
#include <string>
#include <vector>

#include "interop/peft_config.h"

namespace twofold {

struct VllmReading {
  std::vector<std::string> obstacles;  ///< why it cannot serve the folder; empty: it can
  int64_t max_lora_rank = 0;           ///< what --max-lora-rank must be at least, then
  bool ends = false;  ///< adapts the embedding or the head, as its class of the model may not
};

/// `family` as ModelConfig::family(): for some models vLLM has no adapters at all.
VllmReading vllm_reading(const PeftConfig& config, const std::string& family);

}  // namespace twofold
