#pragma once
// A model that is used but not trained (score, generate): from a Hugging Face folder or from a run.

#include <optional>

#include "model/hf/hugging_face.h"
#include "run/resume/loaded_run.h"
#include "twofold/model.h"

namespace twofold {

struct LoadedModel {
  std::string name;                  ///< as the user gave it, for errors
  std::optional<LoadedRun> run;      ///< of a model from a run; owns the settings
  Path folder;                       ///< of a model from a Hugging Face folder
  std::unique_ptr<ModelConfig> own;  ///< settings of a model from a folder
  std::unique_ptr<Model> model;  ///< computes in the source's dtype; its weights may be read-only

  const ModelConfig& config() const { return own ? *own : run->model_config(); }
  /// A run's texts may end as its documents do, unless the folder that it is from says otherwise.
  bool ends_as_documents() const;
  HfGeneration generation() const;  ///< ids that end a text (all in the vocabulary), and the rest
};

/// Loads the model. A tied model of a folder is untied if an adapter needs that. Throws an Error if
/// there is no such folder or run, or if it holds something that is not supported. Weights keep the
/// dtype that they are stored in, and those of a folder are mapped: this takes the least memory,
/// but weights that are not float32 are converted at every use.
LoadedModel load_model(const ModelSource& source);
/// The same, without the adapters of source.adapter_folders.
LoadedModel load_model_below(const ModelSource& source);

/// Converts the weights to float32 (the same numbers) if there is enough memory: faster for many
/// short passes.
void widen(LoadedModel& loaded);

/// Throws an Error naming `where` for ids outside the vocabulary and for more ids than the context
/// holds.
void check_ids(std::span<const int64_t> ids, const ModelConfig& config, const std::string& where);

}  // namespace twofold
