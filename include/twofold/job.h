#pragma once
// Jobs and their configurations: what `twofold configure`, `plan`, `tokenize` and `run` do.
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
#include "twofold/execution_spec.h"
#include "twofold/observer.h"
#include "twofold/preview.h"

namespace twofold {

/// A configuration: a YAML file (may be empty: defaults only) and `key.path=value` overrides.
/// `job`, if set, names the job; otherwise the file does.
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

/// Of a job that makes a dataset: what becomes of the first records of its source; nothing is
/// written. Of a job that trains: the rows of its datasets below <root>/data.
Preview preview(const ConfigSource& config, const std::filesystem::path& root);

/// Runs a data/ job, which makes a dataset below <root>/data, or continues it, or reports that it
/// is done. Throws an Error for any other job.
void tokenize(const ConfigSource& config, const std::filesystem::path& root, Observer& observer);

/// How a job is run.
struct RunOptions {
  /// The checkpoint to start from, relative to <root>/checkpoints (project/group/name/suffix).
  std::optional<std::string> restore = {};
  /// Whether this process does nothing but the job: it then takes its threads from runtime/threads,
  /// as by apply_process_settings. Otherwise the job computes with the threads that the process
  /// has, and throws an Error if runtime/threads asks for another number.
  bool own_process = false;
};

/// Runs the job, or continues it from its `latest` checkpoint, or reports that it is done.
void run(const ConfigSource& config, const ExecutionSpec& spec, const RunOptions& options,
         Observer& observer);

/// The complete checkpoints of a run as a table.
Table checkpoints(const ExecutionSpec& spec);

}  // namespace twofold
