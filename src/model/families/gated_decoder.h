#pragma once
// The decoder that Llama, Mistral, SmolLM, Qwen and Gemma share: RMSNorm, grouped-query attention
// with rotary positions, a gated MLP. The families differ in defaults, biases, windows, norms and
// scales; each difference is a setting here.

#include "model/decoder.h"
#include "model/hf/format.h"

namespace twofold {

struct GatedDecoderConfig : ModelConfig, HfFormat {
  int64_t n_kv_head = -1;  ///< -1: n_head
  int64_t head_dim = -1;   ///< -1: n_embd / n_head
  int64_t intermediate_size = 11008;
  double rms_norm_eps = 1e-6;
  bool bias = false;  ///< of the MLP
  bool attention_bias = false;
  bool qk_norm = false;
  RopeConfig rope;
  int64_t sliding_window = -1;

  // What only some families have a key for.
  std::string hidden_act = "silu";
  bool norm_offset = false;            ///< RMSNorm multiplies by 1 + weight
  bool post_norms = false;             ///< norms after each sublayer too
  bool scale_embedding = false;        ///< embeddings times sqrt(n_embd)
  double query_pre_attn_scalar = 0;    ///< scores / its square root; 0: head_dim
  double attn_logit_softcapping = 0;   ///< 0: none
  double final_logit_softcapping = 0;  ///< 0: none
  double rope_local_theta = 0;         ///< base in layers with a window; 0: rope.theta

  int64_t kv_heads() const { return n_kv_head < 0 ? n_head : n_kv_head; }
  int64_t head_width() const { return head_dim < 0 ? n_embd / n_head : head_dim; }
  virtual bool output_bias() const = 0;             ///< of o_proj
  virtual int64_t window(int64_t layer) const = 0;  ///< 0: all keys
  virtual bool rotates(int64_t) const { return true; }

  void validate() const override;
  std::unique_ptr<Model> build() const override;
  std::vector<HfTensor> hf_tensors() const override;

 protected:
  /// What Hugging Face's class of a family assumes where config.json is silent.
  struct HfDefaults {
    double theta = 10000.0;
    int64_t positions = 2048;
    int64_t kv_heads = 0;  ///< 0: as many as query heads
    int64_t head_dim = 0;  ///< 0: hidden_size / heads
    bool tied = false;
  };
  /// The common keys and those of this decoder, without the sliding window's and the rarer ones.
  void declare_gated(config::Fields& fields);
  /// The fields that all of these families have in Hugging Face configs.
  void read_common(const formats::JsonReader& reader, const HfDefaults& defaults);
  /// Hugging Face's words for a layer with a window and one without.
  static constexpr const char* kSlides = "sliding_attention";
  static constexpr const char* kSeesAll = "full_attention";
  /// The `layer_types` that follow from the windows, in these words.
  nlohmann::json layer_types() const;
  /// Refuses a `layer_types` that contradicts the windows; call when all else is read.
  void check_layer_types(const formats::JsonReader& reader) const;
  nlohmann::json write_common(const std::string& dtype) const;
};

}  // namespace twofold
