// What a run does at its moments: after a step, at a validation, at the turning points.

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/text.h"
#include "run/training_run.h"
#include "lora/movement.h"
#include "tensor/machine.h"

namespace twofold {

void TrainingRun::after_step(const PhasePlan& phase, const StepResult& result, double lr) {
  const RunState& now = state.progress;
  if (state.dropout) *state.dropout = {};  // whatever comes now is not training
  if (now.phase == 2) {
    copy_before_proof();
    if (now.phase_step == kMovementProofStep) {
      prove_movement(state.adapters, {.before = std::exchange(before_proof_, {}),
                                      .optimizer_state = state.optimizer->state(),
                                      .lr = lr});
    }
  }
  meter_.step(setup_.plan.tokens_per_step());
  const int64_t total_steps =
      now.step - now.phase_step + phase.steps +
      (now.phase == 1 && setup_.plan.find(2) ? setup_.plan.find(2)->steps : 0);
  StepReport report{.step = now.step,
                    .total_steps = total_steps,
                    .phase = now.phase,
                    .tokens = now.tokens,
                    .loss = result.loss,
                    .lr = lr,
                    .grad_norm = result.grad_norm,
                    .tokens_per_s = meter_.tokens_per_s()};
  report.eta_s = meter_.seconds_for((total_steps - now.step) * setup_.plan.tokens_per_step());
  report.peak_share = peak_share(report.tokens_per_s * phase.flops_per_token);
  observer_->step(report);

  const bool line_due = now.step % setup_.trainer.report_interval == 0 || now.phase_step == 1 ||
                        now.phase_step == phase.steps;
  if (!line_due) return;
  metrics_->append({{"step", now.step},
                    {"phase", now.phase},
                    {"tokens", now.tokens},
                    {"loss", result.loss},
                    {"lr", lr},
                    {"grad_norm", result.grad_norm}});
  timing_->append({{"step", now.step},
                   {"tokens_per_s", report.tokens_per_s},
                   {"rss_mib", static_cast<double>(current_rss_bytes()) / (1 << 20)},
                   {"elapsed_s", seconds_since_exec()}});
}

void TrainingRun::copy_before_proof() {
  if (state.progress.phase_step != kMovementProofStep - 1) return;
  for (const auto& [name, tensor] : named_adapters(state.adapters)) {
    before_proof_.emplace_back(name, tensor.detach().clone());
  }
}

double TrainingRun::peak_share(double flops) {
  if (flops == 0) return 0;  // nothing has been timed yet
  const auto [share, measured] = peak_.share_of(flops);
  if (measured) meter_.pause();
  return share;
}

Scores TrainingRun::score(const std::vector<std::string>& labels, const std::string& what) {
  const Scores scores = validation_->score(*state.model, labels, [&](double done) {
    observer_->work({.what = what, .done = done, .detail = {}});
  });
  meter_.pause();
  for (const auto& [label, loss] : scores) {
    if (std::isfinite(loss)) continue;
    throw NotFinite({.what = "the validation loss of " + label + " is not finite; the run stops",
                     .where = fmt::format("after step {}", state.progress.step),
                     .expected = "finite numbers",
                     .found = fmt::format("{}", loss)});
  }
  return scores;
}

void TrainingRun::log_scores(const Scores& scores, const std::string& moment) {
  nlohmann::ordered_json line = {{"step", state.progress.step},
                                 {"phase", state.progress.phase},
                                 {"tokens", state.progress.tokens}};
  if (!moment.empty()) line["moment"] = moment;
  for (const auto& [label, loss] : scores) line["val/" + label + "/loss"] = loss;
  metrics_->append(line);
}

void TrainingRun::validate(const PhasePlan& phase) {
  const StagePlan& stage = phase.stage_at(std::max<int64_t>(state.progress.phase_step - 1, 0));
  const auto number = static_cast<size_t>(stage.number);
  const Scores scores = score(validation_->seen(number), "validating");
  const double loss = validation_->mixture_loss(number, scores);
  log_scores(scores, "");
  const bool best = loss < state.progress.best_loss;
  observer_->validation({.step = state.progress.step,
                         .phase = state.progress.phase,
                         .loss = loss,
                         .best = best,
                         .datasets = {scores.begin(), scores.end()}});
  if (!consider_best(loss)) ++state.progress.stale_validations;
}

bool TrainingRun::consider_best(double loss) {
  RunState& now = state.progress;
  if (!(loss < now.best_loss)) return false;
  now.best_loss = loss;
  now.stale_validations = 0;
  now.validated_step = now.step;  // as saved: this validation has been done
  if (now.phase_step > 0) save("best");
  return true;
}

void TrainingRun::warn_of_unseen_tokens() {
  std::vector<std::string> unseen;
  for (const int64_t id : rows_at_rest(state.model->parameters())) {
    const int64_t place = id - setup_.new_tokens.first;
    if (place < 0 || place >= setup_.new_tokens.count) continue;
    unseen.push_back("`" + setup_.tokenizer.add_tokens[static_cast<size_t>(place)] + "`");
  }
  if (unseen.empty()) return;
  constexpr size_t kShown = 8;
  const size_t count = unseen.size();
  if (count > kShown) {
    unseen.resize(kShown);
    unseen.emplace_back("…");
  }
  observer_->message(
      Severity::kWarning,
      fmt::format("{} of the {} tokens of tokenizer/add_tokens did not occur in what phase 2 was "
                  "trained on, so that their embedding is as it was: {}",
                  count, setup_.new_tokens.count, join(unseen, ", ")));
}

void TrainingRun::score_moment(const std::string& moment) {
  RunState& now = state.progress;
  if (!validation_ || now.scores.contains(moment)) return;
  const Scores scores = score(validation_->all(), "validating (" + moment + ")");
  now.scores[moment] = scores;
  now.validated_step = now.step;
  log_scores(scores, moment);
  observer_->validation({.step = now.step,
                         .phase = now.phase,
                         .datasets = {scores.begin(), scores.end()},
                         .moment = moment});
}

void TrainingRun::score_end_of_phase(const PhasePlan& phase) {
  RunState& now = state.progress;
  if (now.phase_ended_early) observer_->message(Severity::kInfo, early_end());
  const bool last = &phase == &setup_.plan.phases.back();
  const std::string moment = last ? "end" : "boundary";
  if (validation_ && !now.scores.contains(moment)) {
    score_moment(moment);
    // The end of a phase may be its best; it is no sign that the phase should have ended sooner.
    consider_best(validation_->mixture_loss(static_cast<size_t>(phase.stages.back().number),
                                            now.scores.at(moment)));
  }
  if (!last || phase.phase != 2) return;
  warn_of_unseen_tokens();
  const AdaptersOff bare(state.model->parameters());
  score_moment("adapters_off");
}

std::string TrainingRun::early_end() const {
  const RunState& now = state.progress;
  if (!now.phase_ended_early) return {};
  return fmt::format(
      "phase {} ended after {} of its {} steps: {} validations in a row had no "
      "better loss (training/patience)",
      now.phase, now.phase_step, setup_.plan.find(now.phase)->steps, now.stale_validations);
}

}  // namespace twofold
