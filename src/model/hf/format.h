#pragma once
// How Hugging Face names a family's settings and tensors: a second interface of its ModelConfig,
// which a family that a program registers need not have.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "twofold/model/config.h"

namespace twofold {

/// One of our parameters and the tensor of a Hugging Face file that holds it.
struct HfTensor {
  std::string ours = {};    ///< "blocks/0/attn/q_proj/kernel"
  std::string theirs = {};  ///< "model.layers.0.self_attn.q_proj.weight"
  bool transpose = false;   ///< stored (out, in) there
  std::string alias = {};   ///< another name that some files use (a tied table stored as the head)
};

class HfFormat {
 public:
  virtual ~HfFormat() = default;
  /// The `model_type`s of Hugging Face configs that the family reads.
  virtual const std::vector<std::string>& hf_model_types() const = 0;
  /// Fills the architecture from a Hugging Face config.json. Throws an Error naming the field for a
  /// model_type of another family and for any field that changes the meaning and is not supported.
  virtual void from_hf(const nlohmann::json& config, const std::string& file) = 0;
  /// The config.json of this architecture; `dtype` is the dtype of the exported tensors.
  virtual nlohmann::json to_hf(const std::string& dtype) const = 0;
  /// Every parameter's place in a Hugging Face checkpoint; used in both directions.
  virtual std::vector<HfTensor> hf_tensors() const = 0;
};

/// The HfFormat of `config`; null if its family has none.
const HfFormat* find_hf_format(const ModelConfig& config);
/// The same; an Error if its family has none.
HfFormat& hf_format(ModelConfig& config);
const HfFormat& hf_format(const ModelConfig& config);

}  // namespace twofold
