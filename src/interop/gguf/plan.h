#pragma once
// A model of ours as a GGUF model: which tensors it has there, under which names, in which order
// of rows, and the metadata that llama.cpp reads its hyperparameters from. Everything follows from
// the family's Hugging Face description (ModelConfig::to_hf, hf_tensors), so that a family is
// described once. Source: llama.cpp's convert_hf_to_gguf.py.

#include <string>
#include <vector>

#include "formats/gguf.h"
#include "twofold/model/config.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// One tensor of the file, and how it comes from ours.
struct GgufWeight {
  std::string name;            ///< "blk.0.attn_q.weight"
  std::string ours;            ///< our parameter's path; empty: `constant`
  std::vector<int64_t> shape;  ///< row-major, as stored: (out, in) for a dense kernel
  bool transpose = false;      ///< ours is (in, out)
  /// Row i of the file is row rows[i] of our (transposed) tensor; empty: the same rows.
  std::vector<int64_t> rows = {};
  double offset = 0, factor = 1;  ///< the file has (ours + offset) · factor
  at::Tensor constant = {};       ///< what the file needs and we do not have: zero biases, divisors
};

struct GgufPlan {
  std::string architecture;  ///< "llama"
  formats::GgufMetadata metadata;
  std::vector<GgufWeight> weights;
  std::vector<std::string> notes;  ///< what the file cannot say, for people

  const GgufWeight* find(const std::string& name) const;       ///< by name in the file
  const GgufWeight* find_ours(const std::string& path) const;  ///< the first with this path
};

/// Throws an Error for a model that llama.cpp has no architecture for. Needs no values.
GgufPlan plan_gguf(const ModelConfig& config, const ParameterTree& parameters);

}  // namespace twofold
