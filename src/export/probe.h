#pragma once
// The probe of an export: a fixed batch whose losses the live model and the exported files must
// agree on.

#include <ATen/core/Tensor.h>

#include <string>

#include "run/resume/loaded_run.h"
#include "twofold/data/batch.h"

namespace twofold {

/// Random tokens of a fixed seed, and rows of the run's datasets where they are still there.
struct Probe {
  std::vector<Batch> batches;
  std::string contents;  ///< for people: "128 random tokens and 4 rows of kjv"
};
Probe make_probe(const LoadedRun& run, const ExecutionSpec& spec);

/// −log p of every supervised token of the probe, computed in float32 whatever the run's activation
/// dtype is: (n) float64.
at::Tensor probe_losses(Model& model, const Probe& probe);

/// How far two lists of losses are apart.
struct ProbeDifference {
  double live = 0, exported = 0;  ///< mean losses
  double mean = 0, largest = 0;   ///< of the tokens' absolute differences
};
ProbeDifference compare_losses(const at::Tensor& live, const at::Tensor& exported);

}  // namespace twofold
