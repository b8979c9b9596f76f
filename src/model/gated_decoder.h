#pragma once
// The decoder that Llama, Mistral and Qwen share: RMSNorm, grouped-query attention with rotary
// positions, a gated SiLU MLP. The families differ in defaults, biases and windows.

#include "model/decoder.h"

namespace twofold {

struct GatedDecoderConfig : ModelConfig {
  int64_t n_kv_head = -1;  ///< -1: n_head
  int64_t head_dim = -1;   ///< -1: n_embd / n_head
  int64_t intermediate_size = 11008;
  double rms_norm_eps = 1e-6;
  bool bias = false;  ///< of the MLP
  bool attention_bias = false;
  bool tie_word_embeddings = false;
  double partial_rotary_factor = 1.0;
  RopeConfig rope;
  int64_t sliding_window = -1;

  int64_t kv_heads() const { return n_kv_head < 0 ? n_head : n_kv_head; }
  int64_t head_width() const { return head_dim < 0 ? n_embd / n_head : head_dim; }
  virtual bool output_bias() const = 0;             ///< of o_proj
  virtual int64_t window(int64_t layer) const = 0;  ///< 0: all keys

  void validate() const override;
  std::unique_ptr<Model> build() const override;
  std::vector<HfTensor> hf_tensors() const override;

 protected:
  /// The common keys and those of this decoder, without the sliding window's.
  void declare_gated(config::Fields& fields);
  /// The fields that all of these families have in Hugging Face configs.
  void read_common(HfReader& reader, double default_theta, int64_t default_positions);
  /// Refuses a `layer_types` that differs from what the windows say; call when all else is read.
  void check_layer_types(HfReader& reader) const;
  nlohmann::json write_common(const std::string& dtype) const;
};

}  // namespace twofold
