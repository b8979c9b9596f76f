#pragma once
// From a folder and a file to a verified adapter: what `twofold finetune` does.

#include <filesystem>
#include <string>
#include <vector>

#include "twofold/observer.h"

namespace twofold {

struct FinetuneRequest {
  std::filesystem::path model = {};         ///< Hugging Face folder
  std::string data = {};                    ///< file, folder or pattern: what data/source takes
  std::filesystem::path out = {};           ///< folder of the adapter, finetune.yaml and run/
  std::vector<std::string> overrides = {};  ///< key.path=value: settings that are not chosen then
};

/// The name of the run whose files are in `out`/run.
inline constexpr const char* kFinetuneRun = "finetune";

/// Chooses the settings by model, data and memory, and shows each with its reason; makes the
/// dataset, shows it, trains adapters, and writes those with the least validation loss to `out` as
/// a PEFT folder, with the tokenizer. Where `out` holds a run that was begun so, it goes on with
/// it: an Error if the request says anything else than then. Throws Interrupted when told to stop.
/// The calling process does nothing else (RunOptions::own_process).
void finetune(const FinetuneRequest& request, Observer& observer);

}  // namespace twofold
