#include "train/evaluations.h"

#include <fmt/format.h>

#include <cmath>

#include "twofold/train/step.h"

namespace twofold {
namespace {

void require_finite(const Scores& scores, int64_t step) {
  for (const auto& [label, loss] : scores) {
    if (std::isfinite(loss)) continue;
    throw NotFinite({.what = "the validation loss of " + label + " is not finite; the run stops",
                     .where = fmt::format("after step {}", step),
                     .expected = "finite numbers",
                     .found = fmt::format("{}", loss)});
  }
}

ValidationReport report_of(const RunState& state, const Scores& scores,
                           std::vector<Metric> metrics) {
  return {.step = state.step,
          .phase = state.phase,
          .tokens = state.tokens,
          .datasets = {scores.begin(), scores.end()},
          .metrics = std::move(metrics)};
}

}  // namespace

Evaluations::Evaluations(std::unique_ptr<Validation> validation, Evaluators others, int last_stage,
                         Observer& observer)
    : validation_(std::move(validation)),
      others_(std::move(others)),
      last_stage_(last_stage),
      observer_(observer) {}

bool Evaluations::validate(Model& model, RunState& state, int stage, int64_t patience) {
  Scores scores;
  if (validation_) scores = losses(model, state, validation_->seen(stage), "validating");
  ValidationReport report = report_of(state, scores, other_metrics(model, stage, "validating"));
  if (validation_) {
    report.loss = validation_->mixture_loss(stage, scores);
    report.best = state.note_validation(report.loss, patience);
  }
  state.validated_step = state.step;
  observer_.validation(report);
  return report.best;
}

bool Evaluations::score(Milestone milestone, Model& model, RunState& state) {
  if (!active() || state.scores.contains(milestone)) return false;
  Scores scores = score(name_of(milestone), model, state);
  state.scores[milestone] = std::move(scores);
  return true;
}

Scores Evaluations::score(const std::string& moment, Model& model, RunState& state) {
  const std::string what = fmt::format("validating ({})", moment);
  Scores scores = all_losses(model, state, what);
  ValidationReport report = report_of(state, scores, other_metrics(model, last_stage_, what));
  report.moment = moment;
  state.validated_step = state.step;
  observer_.validation(report);
  return scores;
}

bool Evaluations::score_end(Milestone milestone, Model& model, RunState& state, int stage) {
  if (!score(milestone, model, state) || !validation_) return false;
  return state.note_loss(validation_->mixture_loss(stage, state.scores.at(milestone)));
}

Scores Evaluations::all_losses(Model& model, const RunState& state, const std::string& what) const {
  return validation_ ? losses(model, state, validation_->all(), what) : Scores();
}

Scores Evaluations::losses(Model& model, const RunState& state,
                           const std::vector<std::string>& labels, const std::string& what) const {
  const Scores scores = validation_->score(model, labels, [&](double done) {
    observer_.work({.what = what, .done = done, .detail = {}});
  });
  require_finite(scores, state.step);
  return scores;
}

std::vector<Metric> Evaluations::other_metrics(Model& model, int stage,
                                               const std::string& what) const {
  std::vector<Metric> metrics;
  for (const auto& evaluator : others_) {
    const auto progress = [&](double done) {
      observer_.work({.what = what, .done = done, .detail = evaluator->name()});
    };
    for (Metric& metric :
         evaluator->evaluate({.model = model, .stage = stage, .progress = progress})) {
      metrics.push_back(std::move(metric));
    }
  }
  return metrics;
}

}  // namespace twofold
