#pragma once
// Fixed validation data of every dataset of a run, and the losses on it.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/order/stage.h"
#include "run/config.h"
#include "model/model.h"
#include "train/run_state.h"

namespace twofold {

class ValidationSets {
 public:
  /// Nothing is read before it is scored. Throws an Error for a dataset without a val split.
  ValidationSets(const std::vector<StageConfig>& stages, const Stage::Options& options,
                 int64_t rows, int64_t micro_rows);

  /// Mean loss of each of `labels` under the model as it is. `progress` is told the share done.
  /// Throws Interrupted when a stop is requested.
  Scores score(Model& model, const std::vector<std::string>& labels,
               const std::function<void(double)>& progress) const;

  /// Labels of the datasets of stages 0 … `stage`, in order of first use.
  std::vector<std::string> seen(size_t stage) const;
  std::vector<std::string> all() const { return seen(stages_.size() - 1); }
  /// Loss of the mixture of stage `stage`: Σ rate · loss.
  double mixture_loss(size_t stage, const Scores& scores) const;

 private:
  std::vector<StageConfig> stages_;
  Stage::Options options_;
  int64_t rows_;
  int64_t micro_rows_;
  std::map<std::string, Sampling> datasets_;
  mutable std::map<std::string, Batch> batches_;
};

}  // namespace twofold
