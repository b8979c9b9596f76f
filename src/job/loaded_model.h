#pragma once
// A model for whoever only uses it (score, generate): from a Hugging Face folder, or from a run.

#include <optional>

#include "job/loaded_run.h"
#include "model/hugging_face.h"
#include "twofold/model.h"

namespace twofold {

struct LoadedModel {
  std::string name;                  ///< as the user gave it, for errors
  std::optional<LoadedRun> run;      ///< a run's; it owns the settings
  Path folder;                       ///< a Hugging Face folder's
  std::unique_ptr<ModelConfig> own;  ///< likewise
  std::unique_ptr<Model> model;      ///< float32 activations; its weights may be read-only

  const ModelConfig& config() const { return own ? *own : run->trainer().model_config(); }
  HfGeneration generation() const;  ///< ids that end a text (all in the vocabulary), and the rest
};

/// How a folder's weights that are not float32 are held.
enum class Narrow {
  kKept,     ///< as they are in the file, mapped: the least memory, converted at every use
  kWidened,  ///< as float32, if there is memory for it: quicker for many short passes
};

/// Loads the model and sets up threads. A folder's model whose embedding is its head is untied if
/// an adapter asks for that. An Error if there is no such folder or run, or if it holds something
/// that is not supported.
LoadedModel load_model(const ModelSource& source, Narrow narrow);
/// The same, without putting the adapters on it.
LoadedModel load_model_below(const ModelSource& source, Narrow narrow);

/// Refuses ids that the model lacks and more of them than its context holds, naming `where`.
void check_ids(std::span<const int64_t> ids, const ModelConfig& config, const std::string& where);

}  // namespace twofold
