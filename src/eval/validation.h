#pragma once
// Fixed validation data of every dataset of a run, and the losses on it.

#include <map>
#include <string>
#include <vector>

#include "data/order/stage.h"
#include "twofold/eval/milestone.h"
#include "twofold/evaluator.h"
#include "twofold/model/loss.h"
#include "twofold/model/model.h"

namespace twofold {

/// What a stage trains on, and the setting that says so.
struct ValidationStage {
  Mixture mixture = {};
  std::string dataset_key = {};
};

class Validation : public Evaluator {
 public:
  /// Reads no rows yet: those of a dataset are read when it is first scored. Throws an Error for a
  /// dataset without a val split.
  Validation(std::vector<ValidationStage> stages, const Stage::Options& options, int64_t rows,
             int64_t micro_rows);

  std::string name() const override { return "validation"; }
  /// "val/<dataset>/loss" of every dataset trained on so far.
  std::vector<Metric> evaluate(const Evaluation& evaluation) override;

  /// Mean loss of the model in its present state on each dataset of `labels`.
  Scores score(Model& model, const std::vector<std::string>& labels,
               const std::function<void(double)>& progress);

  /// The loss of each row of a dataset when it was last scored.
  const std::vector<LossSum>& row_losses(const std::string& label) const {
    return row_losses_.at(label);
  }

  int last_stage() const { return static_cast<int>(stages_.size()) - 1; }
  /// Labels of the datasets of stages 0 … `stage`, in order of first use.
  std::vector<std::string> seen(int stage) const;
  std::vector<std::string> all() const { return seen(last_stage()); }
  /// Loss of the mixture of stage `stage`: Σ rate · loss.
  double mixture_loss(int stage, const Scores& scores) const;

 private:
  const Batch& rows_of(const std::string& label);
  std::vector<ValidationStage> stages_;
  Stage::Options options_;
  int64_t rows_;
  int64_t micro_rows_;
  std::map<std::string, Sampling> datasets_;
  std::map<std::string, Batch> batches_;
  std::map<std::string, std::vector<LossSum>> row_losses_;
};

}  // namespace twofold
