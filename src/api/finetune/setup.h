#pragma once
// The settings of a fine-tuning and its dataset, before it is trained.

#include <string>

#include "base/file_texts.h"
#include "base/files.h"
#include "twofold/execution_spec.h"
#include "twofold/finetune.h"

namespace twofold {

struct Begun {
  std::string config = {};   ///< of the run, as YAML
  FileTexts templates = {};  ///< with which conversations are written, where the model has none
};

/// The job that trains adapters on the model of this folder.
std::string finetune_job(const Path& model);

/// Looks at the model and the data, makes the dataset below the run's ROOT, and chooses what the
/// request leaves open; shows the choices.
Begun set_up(const FinetuneRequest& request, const ExecutionSpec& spec, Observer& observer);

}  // namespace twofold
