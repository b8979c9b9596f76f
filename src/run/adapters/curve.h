#pragma once
// What is learned and what is forgotten as the adapters are turned up from nothing to what they
// are.

#include "train/evaluations.h"
#include "twofold/run/state.h"

namespace twofold {

inline constexpr const char* kAdapterCurveFile = "adapter_curve.json";

/// Scores the validation data with the adapters at each of `scales`, writes the losses to `file`
/// (`{"scales": […], "evaluations": {"val/<dataset>/loss": [{"value": …}, …]}}`) and returns them
/// as a table. The model is left as it was.
Table write_adapter_curve(const std::vector<double>& scales, TrainState& state,
                          const Evaluations& evaluations, const Path& file);

}  // namespace twofold
