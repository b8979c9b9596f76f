#pragma once
// Rotary frequencies (Su et al. 2021, arXiv 2104.09864) and their scalings for longer contexts, as
// Hugging Face names them: linear, dynamic (NTK), llama3, yarn (Peng et al. 2023, arXiv
// 2309.00071), longrope (Ding et al. 2024, arXiv 2402.13753), proportional.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/fields.h"
#include "ops/attention.h"

namespace twofold {

namespace formats {
class JsonReader;
}

struct RopeConfig {
  /// The share of each head's dimensions that is rotated; `proportional`: of the frequencies that
  /// are not zero.
  double partial_rotary_factor = 1.0;  ///< architecture/partial_rotary_factor
  double theta = 10000.0;              ///< architecture/rope_theta
  int64_t rotary_dim = 0;              ///< rotated dimensions of each head; set by of_heads

  // architecture/rope_scaling/*
  std::string rope_type = "default";
  double factor = 1.0;
  double low_freq_factor = 1.0;           ///< llama3
  double high_freq_factor = 4.0;          ///< llama3
  double beta_fast = 32.0;                ///< yarn
  double beta_slow = 1.0;                 ///< yarn
  bool truncate = true;                   ///< yarn
  double attention_factor = 0.0;          ///< yarn, longrope; 0: derived from factor
  std::vector<double> short_factor = {};  ///< longrope
  std::vector<double> long_factor = {};   ///< longrope
  int64_t original_max_position_embeddings = 0;

  void declare(config::Fields& fields);
  void check(std::vector<Problem>& problems, int64_t head_dim) const;
  /// Dimensions of a head that are rotated: max(2, ⌊head_dim·partial_rotary_factor⌋).
  int64_t rotated(int64_t head_dim) const;
  /// These settings for heads of that width.
  RopeConfig of_heads(int64_t head_dim) const;

  /// (rotary_dim/2) float64 in host memory, for an input of `length` positions.
  at::Tensor inv_freq(int64_t length = 0) const;
  double attention_scale() const;  ///< multiplies cos and sin
  /// Lengths of the same regime have the same frequencies; most scalings have only one regime.
  int64_t regime(int64_t length) const;
  bool depends_on_length() const { return rope_type == "dynamic" || rope_type == "longrope"; }

  /// Reads `rope_theta` and rope_fields. `max_positions`: the checkpoint's context; it is also the
  /// original context where the file gives none.
  void from_hf(const formats::JsonReader& reader, double default_theta, int64_t max_positions);
  /// The same from the object that describes the scaling.
  void from_hf(const formats::JsonReader& reader, const formats::JsonReader& scaling,
               double default_theta, int64_t max_positions);
  /// The context of a checkpoint whose `max_position_embeddings` is `max_positions`: `factor` times
  /// that with `dynamic`, which scales only longer inputs.
  int64_t context(int64_t max_positions) const;
  void to_hf(nlohmann::json& config) const;  ///< transformers 4's layout, which 4 and 5 read

 private:
  void declare_scaling(config::Fields& fields);
};

/// The object that describes the rotation: `rope_scaling` (transformers 4; where both are there, it
/// is what transformers 5 reads too) or `rope_parameters` (5).
formats::JsonReader rope_fields(const formats::JsonReader& reader);

/// The rotation of a model's heads: its table of angles, made and lengthened when it is needed.
class Rotary {
 public:
  explicit Rotary(RopeConfig config) : config_(std::move(config)) {}
  bool depends_on_length() const { return config_.depends_on_length(); }
  /// Rotates x (B, T, heads, d) by positions (B, T), all below `length`, the number of keys.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& positions, int64_t length) const;

 private:
  const ops::RotaryTable& table(const at::TensorOptions& options, int64_t length) const;

  RopeConfig config_;
  mutable ops::RotaryTable
      table_;  ///< of the regime below, in the activation's precision and on its device
  mutable int64_t regime_ = 0;
};

}  // namespace twofold
