#pragma once
// The weights that an export of the adapters alone belongs on.

#include <memory>
#include <string>

#include "interop/peft/peft.h"
#include "run/resume/loaded_run.h"

namespace twofold {

/// The run's frozen base in float32, what a start from the weights took out of it put back.
NamedTensors original_weights(const LoadedRun& run);

/// Takes the adapters off: the model is its original weights.
void leave_original_weights(LoadedRun& run);

/// The folder that the run began from, if its base is these weights and nothing else: not trained
/// in phase 1, only frozen, and with base_adapters added.
struct AdapterBase {
  std::unique_ptr<Model> folder;  ///< the weights as the files hold them; null if they are not the
                                  ///< base
  std::string reason;             ///< why they are not
};
/// Expects an unpacked base.
AdapterBase find_adapter_base(const LoadedRun& run);

/// The run's adapters for that base: as one with the base_adapters where these are not in it.
/// Files may be put beside `out` meanwhile. An Error if no adapter can be that.
PeftAdapter adapter_for(const LoadedRun& run, const AdapterBase& base, const Path& out);

/// The weights that `adapter_for` was made for, as the run has them: rounded as its base is.
NamedTensors weights_below(const LoadedRun& run, const AdapterBase& base);

}  // namespace twofold
