#pragma once
// A family's settings: `architecture/*`. One struct a family (in the family's file) adds its own
// keys to the common ones and knows how to build the model. model/hf/format.h has the names that
// Hugging Face uses.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "twofold/config/fields.h"
#include "twofold/error.h"

namespace twofold {

class Model;

/// More blocks than any model has; a config that asks for more is refused before anything is made.
inline constexpr int64_t kMaxLayers = 4096;

/// How a run uses a model, whatever its architecture.
struct ModelUse {
  double dropout = 0.0;
  double attn_dropout = 0.0;
  std::string param_dtype = "float32";        ///< architecture/dtype/param
  std::string activation_dtype = "bfloat16";  ///< architecture/dtype/activation
  bool checkpointing = false;  ///< architecture/checkpointing (activation checkpointing)
  std::string weights = {};    ///< architecture/backbone/weights: a local folder
  bool untie = false;          ///< architecture/backbone/untie: see untie_head
};

struct ModelConfig : ModelUse {
  int64_t n_layers = 32;
  int64_t n_embd = 2048;
  int64_t n_head = 16;
  int64_t block_size = 512;
  int64_t vocab_size = 100288;
  bool tie_word_embeddings = false;      ///< the embedding table is the head as well
  int64_t max_position_embeddings = -1;  ///< context of the weights; block_size if that is more
  int64_t bos_token_id = -1;             ///< written to an exported config.json; -1 = none
  int64_t pad_token_id = -1;             ///< likewise
  std::vector<int64_t> eos_token_id;     ///< likewise; several are allowed

  virtual ~ModelConfig() = default;
  /// Gives a tied model a head of its own, which starts as a copy of the table. The weights to load
  /// are still those of the tied model.
  void untie_head() { untie = true, tie_word_embeddings = false; }
  /// The model's context in tokens: the rows of a run may be shorter than the context of its
  /// weights.
  int64_t positions() const { return std::max(block_size, max_position_embeddings); }

  virtual std::string family() const = 0;  ///< "llama"
  /// A config of the same family with the family's defaults.
  virtual std::unique_ptr<ModelConfig> defaults() const = 0;
  /// Declares the common keys and the family's own.
  virtual void declare(config::Fields& fields) = 0;
  /// Throws an Error for settings that contradict each other (n_embd not a multiple of n_head, …).
  virtual void validate() const = 0;
  virtual std::unique_ptr<Model> build() const = 0;

 protected:
  void declare_common(config::Fields& fields);
  // Keys that only some families have.
  void declare_tied(config::Fields& fields);
  static void declare_layer_norm_eps(config::Fields& fields, double& eps);
};

}  // namespace twofold
