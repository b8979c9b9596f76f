#pragma once
// Rotary frequencies (Su et al. 2021, arXiv 2104.09864) and their scalings for longer contexts, as
// Hugging Face names them: linear, llama3, yarn (Peng et al. 2023, arXiv 2309.00071).

#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/error.h"
#include "config/fields.h"

namespace twofold {

class HfReader;

struct RopeConfig {
  double theta = 10000.0;  ///< architecture/rope_theta
  int64_t rotary_dim = 0;  ///< dimensions of each head that are rotated; set by the model

  // architecture/rope_scaling/*
  std::string rope_type = "default";
  double factor = 1.0;
  double low_freq_factor = 1.0;   ///< llama3
  double high_freq_factor = 4.0;  ///< llama3
  double beta_fast = 32.0;        ///< yarn
  double beta_slow = 1.0;         ///< yarn
  double attention_factor = 0.0;  ///< yarn; 0: 0.1·ln(factor) + 1
  int64_t original_max_position_embeddings = 0;

  /// Declares the theta; the scaling too if the family has one.
  void declare_theta(config::Fields& fields);
  void declare_scaling(config::Fields& fields);
  void check(std::vector<Problem>& problems) const;

  at::Tensor inv_freq() const;     ///< (rotary_dim/2) float64
  double attention_scale() const;  ///< multiplies cos and sin

  /// Reads `rope_theta` and `rope_scaling` (transformers 4) or `rope_parameters` (5).
  /// `max_positions`: the checkpoint's context, the original one where none is given.
  void from_hf(HfReader& reader, double default_theta, int64_t max_positions);
  void to_hf(nlohmann::json& config) const;  ///< transformers 4's layout, which both read
};

/// max(2, ⌊head_dim·factor⌋).
int64_t rotary_dimensions(int64_t head_dim, double partial_rotary_factor);

}  // namespace twofold
