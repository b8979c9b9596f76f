#pragma once
// What can be run: something with settings, a plan and a run() that continues where it stopped.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/checks.h"
#include "config/fields.h"
#include "twofold/execution_spec.h"
#include "twofold/observer.h"
#include "twofold/preview.h"

namespace twofold {

class Job {
 public:
  virtual ~Job() = default;
  /// Binds every setting of the job; nothing else is read from a config.
  virtual void declare(config::Fields& fields) = 0;
  /// Completes the settings once they are filled, and has `checks` look for settings that
  /// contradict each other; `set_keys` are the keys that the user set. Returns lines to show
  /// ("architecture/n_layers = 5 from config.json").
  virtual std::vector<std::string> resolve(const std::vector<std::string>& set_keys,
                                           config::Checks& checks) = 0;
  /// Makes the datasets that the settings name the sources of, if nothing is wrong with these, and
  /// before check_files().
  virtual void make_datasets(const std::filesystem::path&, config::Checks&, Observer&) {}
  /// Has `checks` compare the settings with the files below `root`, even if other settings are
  /// faulty.
  virtual void check_files(const std::filesystem::path& root, config::Checks& checks) = 0;
  virtual std::vector<Table> plan(const std::filesystem::path& root) = 0;
  /// Rows as they are trained on, after check_files().
  virtual Preview preview(const std::filesystem::path& root) = 0;
  virtual void run(const ExecutionSpec& spec, Observer& observer) = 0;
  /// runtime/threads; 0 for one a physical core.
  virtual int threads() const { return 0; }
};

/// A job that saves where it is and can start from a saved state.
class RestoreableJob : public Job {
 public:
  /// Before resolve() and run(): start from the checkpoint at `relative` (project/group/name/suffix
  /// under <root>/checkpoints) instead of from nothing. A run that has a checkpoint of its own
  /// continues from its own instead, and says so.
  void restore_from_path(const std::string& relative);
  /// Before resolve(): which run it will be. Its checkpoint knows what folders said that are gone.
  void know_run(const ExecutionSpec& spec) { spec_ = spec; }

 protected:
  std::optional<std::string> restore_path_;
  ExecutionSpec spec_;  ///< without a name: not known
};

}  // namespace twofold
