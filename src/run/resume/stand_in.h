#pragma once
// A checkpoint in the place of folders that a run's config names and that are not there any more:
// once a run has saved, it needs none of them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/store.h"
#include "run/run_config.h"
#include "twofold/execution_spec.h"

namespace twofold {

struct StandIn {
  CheckpointInfo checkpoint = {};
  RunConfig saved = {};  ///< the config of then
  FileTexts kept = {};
  bool weights = false, tokenizer = false, adapters = false;  ///< what is gone
  std::vector<std::string> notes = {};                        ///< for people

  Path config_file() const { return checkpoint.folder / "config.yaml"; }
};

/// If a folder or file that `config` names is gone: the newest checkpoint of the run `spec`, or
/// else the one called `restore` below ROOT/checkpoints. Null if all are there, or there is no
/// checkpoint.
std::unique_ptr<StandIn> find_stand_in(const RunConfig& config, const ExecutionSpec& spec,
                                       const std::optional<std::string>& restore);

/// Whether the folder is a model's: an Error if it is not, which says what may be done about it.
void require_weights(const Path& named);

/// The settings of the run's tokenizer, which is where `stand_in` (may be null) has it if it is not
/// where `config` says.
TokenizerConfig tokenizer_of_run(const RunConfig& config, const StandIn* stand_in);

}  // namespace twofold
