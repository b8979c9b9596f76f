#pragma once
// What may change between a checkpoint and the run that continues it, and what may not.

#include <string>
#include <vector>

#include "checkpoint/store.h"
#include "config/fields.h"

namespace twofold {

/// A setting whose value differs.
struct Difference {
  std::string key, saved, now;
};

/// Settings that differ and matter. (Budgets and mixtures are compared as stages: budget.h.)
struct Comparison {
  std::vector<Difference> fixed;   ///< cannot change in a continued run
  std::vector<Difference> course;  ///< change the training or its scores: only under another NAME
  bool other_rates = false;        ///< the course has other learning rates
  bool other_scores = false;       ///< scores from before and after cannot be compared
};

/// Compares the values of a checkpoint's config with those of the run, key by key. A key that only
/// one of the two jobs has (a pretrain checkpoint continued by a lora job) is not a difference.
Comparison compare_configs(const config::Fields& saved, const config::Fields& now);

/// Throws one Error with every setting that must not have changed but has, and says which may
/// change. `own`: the run continues under its own NAME, so `course` must not have changed either.
void check_unchanged(const Comparison& comparison, const CheckpointInfo& checkpoint, bool own);

/// The same for a run that only takes a checkpoint's weights: the architecture must agree.
void check_architecture(const Comparison& comparison, const CheckpointInfo& checkpoint);

}  // namespace twofold
