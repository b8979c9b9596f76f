#pragma once
// The front door: everything the command line does, for programs that embed twofold.
//
//   #include <twofold/job.h>
//   twofold::ExecutionSpec spec{.name = "first", .root = "runs"};
//   twofold::Observer quiet;
//   twofold::run({.file = "run.yaml", .overrides = {"training.seed=1"}}, spec, {}, quiet);
//
// Faults of the input are thrown as twofold::Error; a run told to stop as twofold::Interrupted.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "twofold/error.h"
#include "twofold/observer.h"

namespace twofold {

/// Who a run is and where its files go. `root` holds data/, checkpoints/ and results/.
struct ExecutionSpec {
  std::string name = {};
  std::string project = "general";
  std::string group = "default";
  std::filesystem::path root = {};

  std::filesystem::path data() const { return root / "data"; }
  std::filesystem::path checkpoints() const {
    return root / "checkpoints" / project / group / name;
  }
  std::filesystem::path results() const { return root / "results" / project / group / name; }
  /// Throws an Error unless name, project and group are names of folders and there is a root:
  /// called by whatever takes a spec.
  void validate() const;
};

/// A configuration: a YAML file (may be empty: defaults only) and `key.path=value` overrides. `job`
/// names the job where the file does not.
struct ConfigSource {
  std::filesystem::path file = {};
  std::vector<std::string> overrides = {};
  std::string job = {};
};

struct JobInfo {
  std::string name = {};     ///< "llama/train/lora"
  std::string summary = {};  ///< one line
};
std::vector<JobInfo> jobs();

/// A full, commented YAML of `job`; required values that are left open stand as `???`.
std::string configure(const std::string& job, const std::vector<std::string>& overrides);

/// Writes a config to a file, whole or not at all.
void write_config(const std::filesystem::path& file, const std::string& yaml);

/// The Markdown reference of every key of every job.
std::string config_reference();

/// Steps, tokens, parameters, memory, data shares; allocates no tensors. `root` finds the data; if
/// it is empty, nothing is said about the data.
std::vector<Table> plan(const ConfigSource& config, const std::filesystem::path& root = {});

/// Runs a job of data/ that makes a dataset below <root>/data, or continues it, or says that it is
/// done. Refuses other jobs.
void tokenize(const ConfigSource& config, const std::filesystem::path& root, Observer& observer);

/// Runs the job, or continues it from `latest`, or says that it is done. `restore`: a checkpoint,
/// relative to <root>/checkpoints (project/group/name/suffix), to start from.
void run(const ConfigSource& config, const ExecutionSpec& spec,
         const std::optional<std::string>& restore, Observer& observer);

/// The complete checkpoints of a run as a table.
Table checkpoints(const ExecutionSpec& spec);

/// Writes a run's newest (or `suffix`'s) weights to `out`, which must not exist. `format`: see
/// export_summary. `dtype`: empty = the dtype the
/// weights came in, else optimization/lora/base_dtype (parameters' dtype for a phase-1 checkpoint).
/// Every export reads its own files back and compares losses with the live model; beyond the
/// dtype's tolerance it is an Error and nothing is published.
struct ExportRequest {
  std::string format = "merged";
  std::filesystem::path out = {};
  std::string suffix = {};
  std::string dtype = {};
  bool adapters = true;   ///< phase-2 checkpoints: with the adapters; false: the frozen base alone
  bool tokenizer = true;  ///< gguf: with the tokenizer; false: the file takes token ids only
};
/// "merged: a Hugging Face folder; gguf: …", for people.
std::string export_summary();
void export_model(const ExecutionSpec& spec, const ExportRequest& request, Observer& observer);

/// What is in a folder or file (a model, adapter, tokenizer, GGUF, safetensors, dataset,
/// checkpoint) and what twofold does with it. Throws an Error for what it does not know.
std::vector<Table> inspect(const std::filesystem::path& path);

}  // namespace twofold
