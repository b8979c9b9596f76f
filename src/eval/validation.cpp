#include "eval/validation.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/stop.h"

namespace twofold {

Validation::Validation(std::vector<ValidationStage> stages, const Stage::Options& options,
                       int64_t rows, int64_t micro_rows)
    : stages_(std::move(stages)), options_(options), rows_(rows), micro_rows_(micro_rows) {
  std::vector<Problem> problems;
  for (const ValidationStage& stage : stages_) {
    for (const Sampling& sampling : stage.mixture) {
      if (!datasets_.emplace(sampling.label(), sampling).second) continue;
      if (has_validation(options.data_root, sampling)) continue;
      problems.push_back(
          {.what = "dataset " + sampling.label() + " has no validation split",
           .where = stage.dataset_key + ", " +
                    (options.data_root / sampling.label() / "val.bin").string(),
           .expected = "a file of token ids",
           .found = "none, or an empty one",
           .hint = "tokenize it with data/val_pct > 0, or set training/validation: false"});
    }
  }
  throw_problems(std::move(problems));
}

const Batch& Validation::rows_of(const std::string& label) {
  const auto cached = batches_.find(label);
  if (cached != batches_.end()) return cached->second;
  return batches_.emplace(label, validation_rows(datasets_.at(label), options_, rows_))
      .first->second;
}

std::vector<Metric> Validation::evaluate(const Evaluation& evaluation) {
  std::vector<Metric> metrics;
  for (const auto& [label, loss] :
       score(evaluation.model, seen(evaluation.stage), evaluation.progress)) {
    metrics.push_back({.name = "val/" + label + "/loss", .value = loss});
  }
  return metrics;
}

Scores Validation::score(Model& model, const std::vector<std::string>& labels,
                         const std::function<void(double)>& progress) {
  Scores scores;
  double done = 0;
  for (const std::string& label : labels) {
    const Batch& batch = rows_of(label);
    LossSum total;
    std::vector<LossSum>& rows = row_losses_[label];
    rows.clear();
    for (int64_t begin = 0; begin < batch.rows; begin += micro_rows_) {
      check_stop();
      const int64_t end = std::min(begin + micro_rows_, batch.rows);
      const LossSum part = evaluate_loss(model, batch.slice(begin, end), micro_rows_, &rows);
      total.sum += part.sum;
      total.count += part.count;
      progress((done + static_cast<double>(end) / static_cast<double>(batch.rows)) /
               static_cast<double>(labels.size()));
    }
    done += 1;
    if (total.count == 0) {
      fail({.what = "the validation rows of " + label + " supervise no token",
            .where = (options_.data_root / label / "val.bin.mask").string(),
            .expected = "at least one byte that is 1",
            .found = "none",
            .hint = "check the mask, raise training/validation_steps, or set "
                    "training/validation=false"});
    }
    scores[label] = total.mean();
  }
  return scores;
}

std::vector<std::string> Validation::seen(int stage) const {
  std::vector<std::string> labels;
  for (int i = 0; i <= stage && i <= last_stage(); ++i) {
    for (const Sampling& sampling : stages_[static_cast<size_t>(i)].mixture) {
      const std::string label = sampling.label();
      if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
    }
  }
  return labels;
}

double Validation::mixture_loss(int stage, const Scores& scores) const {
  double loss = 0;
  for (const Sampling& sampling : stages_.at(static_cast<size_t>(stage)).mixture) {
    loss = std::fma(sampling.rate, scores.at(sampling.label()), loss);  // one rounding a dataset
  }
  return loss;
}

}  // namespace twofold
