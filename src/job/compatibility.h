#pragma once
// What may change between a checkpoint and the run that continues it, and what may not.

#include <string>
#include <vector>

#include "checkpoint/store.h"
#include "job/job.h"

namespace twofold {

/// A setting whose value differs.
struct Difference {
  std::string key, saved, now;
};

struct Comparison {
  std::vector<Difference> forbidden;  ///< cannot change in a continued run
  std::vector<Difference> budgets;    ///< token budgets and stages; see check_extension
};

/// Compares the checkpoint's stored configuration with `config_yaml`, key by key. A key that only
/// one of the two jobs has (a pretrain checkpoint continued by a lora job) is not a difference.
Comparison compare_configs(const CheckpointInfo& checkpoint, const std::string& config_yaml);

/// Throws one Error with every setting that must not have changed, and what may.
void check_unchanged(const Comparison& comparison, const CheckpointInfo& checkpoint);

/// The same for a run that only takes a checkpoint's weights: the architecture must agree.
void check_architecture(const Comparison& comparison, const CheckpointInfo& checkpoint);

}  // namespace twofold
