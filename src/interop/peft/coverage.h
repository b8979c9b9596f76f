#pragma once
// What a PEFT folder does with each module of a model, according to the folder's settings and the
// names of its tensors.

#include "interop/peft/config.h"
#include "interop/peft/modules.h"
#include "interop/peft/tensors.h"

namespace twofold {

class PeftCoverage {
 public:
  /// Keeps references to `config` and `tensors`.
  PeftCoverage(const PeftConfig& config, const ModelConfig& model, const PeftTensors& tensors);

  const PeftConfig& config() const { return config_; }
  const std::vector<PeftModule>& modules() const { return modules_; }

  /// The module is trained whole.
  bool saves(const PeftModule& module) const;
  /// The module is adapted: target_modules select it or, for a tied head, its table. A name that
  /// modules_to_save selects does not count.
  bool targets(const PeftModule& module) const;
  bool covers(const PeftModule& module) const { return saves(module) || targets(module); }
  /// The rows that are trained in the module's table, or null.
  const std::vector<int64_t>* tokens_of(const PeftModule& module) const;
  /// The table that a tied head is.
  const PeftModule& table_of(const PeftModule& head) const;

 private:
  bool follows_table(const PeftModule& module) const;

  const PeftConfig& config_;
  std::vector<PeftModule> modules_;
  const PeftTensors& tensors_;
};

/// Whether the folder makes two matrices of the one that is both embedding and head of this model:
/// it trains only one of the two, or trains them differently. PEFT then computes with two matrices.
/// False if the model has two anyway, and where rows of the table are trained, which embedding and
/// head then share. Throws an Error if there is no such folder, or if its settings are not
/// understood.
bool trains_ends_apart(const Path& folder, const ModelConfig& model);

}  // namespace twofold
