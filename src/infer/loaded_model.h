#pragma once
// A model for whoever only uses it (score, generate): from a Hugging Face folder, or from a run.

#include <optional>

#include "model/hf/hugging_face.h"
#include "run/resume/loaded_run.h"
#include "twofold/model.h"

namespace twofold {

struct LoadedModel {
  std::string name;                  ///< as the user gave it, for errors
  std::optional<LoadedRun> run;      ///< a run's; it owns the settings
  Path folder;                       ///< a Hugging Face folder's
  std::unique_ptr<ModelConfig> own;  ///< likewise
  std::unique_ptr<Model> model;      ///< float32 activations; its weights may be read-only

  const ModelConfig& config() const { return own ? *own : run->model_config(); }
  HfGeneration generation() const;  ///< ids that end a text (all in the vocabulary), and the rest
};

/// Loads the model. A folder's model whose embedding is its head is untied if
/// an adapter asks for that. An Error if there is no such folder or run, or if it holds something
/// that is not supported. Weights stay as they are stored, a folder's mapped: the least memory, but
/// what is not float32 is converted at every use.
LoadedModel load_model(const ModelSource& source);
/// The same, without putting the adapters on it.
LoadedModel load_model_below(const ModelSource& source);

/// Converts the weights to float32, the same numbers, if there is memory for that: quicker for many
/// short passes.
void widen(LoadedModel& loaded);

/// Refuses ids that the model lacks and more of them than its context holds, naming `where`.
void check_ids(std::span<const int64_t> ids, const ModelConfig& config, const std::string& where);

}  // namespace twofold
