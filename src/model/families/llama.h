#pragma once
// The `llama` family's settings: Llama, models of the same structure, and Gemma.

#include "model/families/gated_decoder.h"

namespace twofold {

struct LlamaConfig final : GatedDecoderConfig {
  int64_t sliding_window_pattern = 0;  ///< every n-th layer sees all keys; 0: none does
  int64_t no_rope_interval = 0;        ///< every n-th layer has no positions; 0: all have

  LlamaConfig();

  std::string family() const override { return "llama"; }
  std::unique_ptr<ModelConfig> defaults() const override { return std::make_unique<LlamaConfig>(); }
  const std::vector<std::string>& hf_model_types() const override;
  bool output_bias() const override { return attention_bias; }
  int64_t window(int64_t layer) const override;
  bool rotates(int64_t layer) const override;

  void declare(config::Fields& fields) override;
  void from_hf(const nlohmann::json& config, const std::string& file) override;
  nlohmann::json to_hf(const std::string& dtype) const override;

 private:
  void read_llama(const formats::JsonReader& reader);
  void read_mistral(const formats::JsonReader& reader);
  void read_smollm3(const formats::JsonReader& reader);
  /// gemma.cpp: `model_type` is gemma, gemma2 or gemma3_text.
  void read_gemma(const formats::JsonReader& reader, const std::string& model_type);
  void read_gemma3(const formats::JsonReader& reader);  ///< what Gemma 3 has beyond the others
  void write_gemma(nlohmann::json& out) const;
  /// Throws if a setting of Gemma's has no place in the architecture that is written.
  void refuse_gemma_settings() const;
};

}  // namespace twofold
