#pragma once
// What a PEFT folder does with each module of a model, read off its settings and the names of its
// tensors.

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
  /// It would be adapted, were it not trained whole.
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

/// Whether the folder makes two matrices of the one that is this model's embedding and its head:
/// trains one of them and leaves the other, or both, each by itself. PEFT then computes with two.
/// False if the model has two anyway, and where rows of the table are trained as well (they are
/// both's). Throws an Error if there is no such folder, or if its settings are not understood.
bool trains_ends_apart(const Path& folder, const ModelConfig& model);

}  // namespace twofold
