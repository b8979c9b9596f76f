#pragma once
// The weights that an export of the adapters alone is made for.

#include <memory>
#include <string>

#include "interop/peft/peft.h"
#include "run/resume/loaded_run.h"

namespace twofold {

/// The run's frozen base in float32. What the init of adapters subtracted from it (pissa, olora) is
/// added back.
NamedTensors original_weights(const LoadedRun& run);

/// Takes the adapters off, so that the model has its original weights.
void leave_original_weights(LoadedRun& run);

/// The folder that the run began from, if the run's base is exactly the folder's weights with
/// base_adapters added, frozen, and was not trained in phase 1.
struct AdapterBase {
  std::unique_ptr<Model> folder;  ///< the weights as the files hold them; null if they are not the
                                  ///< base
  std::string reason;             ///< why they are not
};
/// Expects an unpacked base in `run`.
AdapterBase find_adapter_base(const LoadedRun& run);

/// The run's adapters for `base`. If base_adapters are not part of that base, they are combined
/// with the run's adapters into one. May write temporary files beside `out`. Throws an Error if no
/// single adapter can hold the combination.
PeftAdapter adapter_for(const LoadedRun& run, const AdapterBase& base, const Path& out);

/// The weights that the adapter of `adapter_for` is made for, computed from the run's base and
/// therefore rounded as that base is.
NamedTensors weights_below(const LoadedRun& run, const AdapterBase& base);

}  // namespace twofold
