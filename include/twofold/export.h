#pragma once
// A run's weights in another program's format.

#include <filesystem>
#include <string>

#include "twofold/execution_spec.h"
#include "twofold/observer.h"

namespace twofold {

/// What to write, and where to.
struct ExportRequest {
  std::string format = "merged";   ///< see export_summary
  std::filesystem::path out = {};  ///< must not exist
  std::string suffix = {};         ///< of the checkpoint; empty: the newest
  /// Empty: the dtype that the weights came in, else optimization/lora/base_dtype (the parameters'
  /// dtype for a phase-1 checkpoint).
  std::string dtype = {};
  std::string device = {};  ///< what computes: cpu, cuda, …; empty: what computed the run
  bool adapters = true;   ///< phase-2 checkpoints: with the adapters; false: the frozen base alone
  bool tokenizer = true;  ///< with the run's tokenizer, in formats that have one; false: ids only
};

/// "merged: a Hugging Face folder; gguf: …", for people.
std::string export_summary();

/// Writes the weights of a run. Every export reads its own files back and compares losses with the
/// live model; if they differ by more than the dtype's tolerance, it throws an Error and publishes
/// nothing.
void export_model(const ExecutionSpec& spec, const ExportRequest& request, Observer& observer);

}  // namespace twofold
