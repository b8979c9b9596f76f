#include "run/phase_run.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>

#include "run/adapters/curve.h"
#include "run/adapters/new_tokens.h"
#include "run/module_norms.h"
#include "run/two_begins.h"
#include "twofold/model/loss.h"

namespace twofold {

PhaseRun::PhaseRun(const PhaseContext& context, const PhasePlan& phase)
    : run_(context),
      phase_(phase),
      data_(phase, data_options(context.config, context.data_root), context.plan.batch_size) {
  if (const LoRATrainState* adapted = run_.state.adapted()) update_check_.emplace(*adapted);
}

void PhaseRun::train() {
  warn_of_two_begins();
  try {
    for (const Leg& leg : legs()) {
      if (is_behind(leg)) continue;
      train_phase(run_.state.progress, parts(leg), cadence(leg), *this);
      if (run_.state.progress.phase_ended_early) break;
    }
  } catch (const NotFinite& failure) {
    run_.checkpointing.fail_diverged(run_.state, failure);
  }
}

std::vector<PhaseRun::Leg> PhaseRun::legs() const {
  if (!phase_.phase.boundaries.scored) return {{phase_.stages.front(), phase_.steps}};
  std::vector<Leg> all;
  for (const StagePlan& stage : phase_.stages)
    all.push_back({stage, stage.first_step + stage.steps});
  return all;
}

bool PhaseRun::is_behind(const Leg& leg) const {
  const RunState& now = run_.state.progress;
  if (now.phase_step != leg.end) return now.phase_step > leg.end;
  return leg.end < phase_.steps && now.find_boundary(run_.plan.end_label(phase_, leg.first));
}

Cadence PhaseRun::cadence(const Leg& leg) const {
  const TrainerConfig& trainer = run_.config.trainer;
  const bool skipped = run_.config.continual &&
                       run_.config.continual->skip_first_dataset_validation &&
                       leg.first.number == 0;
  return {.validation = run_.evaluations.active() && !skipped ? trainer.validation_interval : 0,
          .checkpoint = trainer.checkpoint_interval};
}

void PhaseRun::warn_of_two_begins() const {
  const int64_t begin = begin_token(*run_.config.model);
  if (begin < 0) return;
  for (const StagePlan& stage : phase_.stages) {
    const std::string warning = two_begins_text(data_.batch(stage.first_step), begin);
    if (!warning.empty()) run_.observer.message(Severity::kWarning, warning);
  }
}

PhaseParts PhaseRun::parts(const Leg& leg) {
  return {.batch_of = [this](int64_t phase_step) { return data_.batch(phase_step); },
          .loss_of = [this](const Batch& micro, double scale,
                            int64_t first_row) { return loss(micro, scale, first_row); },
          .tensors = run_.state.trainables(),
          .optimizer = run_.state.optimizer.get(),
          .lr_of = phase_.schedule(),
          .steps = leg.end,
          .tokens_per_step = run_.plan.tokens_per_step(),
          .micro_rows = run_.plan.micro_rows};
}

MicroLoss PhaseRun::loss(const Batch& micro, double scale, int64_t first_row) {
  const RunState& now = run_.state.progress;
  const auto step = static_cast<uint64_t>(now.step);
  at::Tensor row_sums;
  at::Tensor scaled = batch_loss(
      *run_.state.model, micro, scale,
      {.training = true, .seed = now.seed, .step = step, .first_row = first_row}, &row_sums);
  return {std::move(scaled), std::move(row_sums)};
}

StepReport PhaseRun::report(const StepResult& result, double lr) {
  const RunState& now = run_.state.progress;
  const bool line_due =
      now.step % run_.config.trainer.report_interval == 0 || phase_.is_at_an_end(now.phase_step);
  StepReport report{.step = now.step,
                    .total_steps = now.step - now.phase_step + phase_.steps +
                                   run_.plan.steps_after(phase_.phase.number),
                    .phase = now.phase,
                    .tokens = now.tokens,
                    .loss = result.loss,
                    .lr = lr,
                    .grad_norm = result.grad_norm,
                    .line_due = line_due,
                    .rows = result.rows};
  if (line_due && run_.config.trainer.recorders.any_log()) {
    report.module_grad_norms = module_grad_norms(run_.state.trainables(), result.grad_squares);
  }
  run_.pace.complete(report, run_.plan.tokens_per_step(), phase_.flops_per_token);
  return report;
}

void PhaseRun::after_step(const StepResult& result, double lr) {
  if (update_check_) update_check_->after_step(lr);
  run_.observer.step(report(result, lr));
}

void PhaseRun::validate() {
  RunState& now = run_.state.progress;
  const int stage = phase_.stage_at(std::max<int64_t>(now.phase_step - 1, 0)).number;
  const bool best =
      run_.evaluations.validate(*run_.state.model, now, stage, run_.config.trainer.patience);
  if (best) save_best();
}

void PhaseRun::save() {
  run_.checkpointing.save(run_.state, fmt::format("ntoks/{}", run_.state.progress.tokens));
}

void PhaseRun::save_best() {
  const int64_t done = run_.state.progress.phase_step;
  if (done == 0) return;  // nothing of this phase has been trained yet
  run_.checkpointing.save(run_.state, "best");
}

void PhaseRun::score_end() {
  RunState& now = run_.state.progress;
  Model& model = *run_.state.model;
  if (now.phase_step < phase_.steps && !now.phase_ended_early) {
    return run_.boundaries.pass(phase_, phase_.stage_at(now.phase_step - 1), run_.state);
  }
  if (now.phase_ended_early) {
    run_.observer.message(Severity::kInfo, describe_early_end(run_.plan, now));
  }
  const Milestone milestone = is_last() ? Milestone::kEnd : Milestone::kBoundary;
  const bool asked = run_.evaluations.active() && !now.scores.contains(milestone);
  const bool best = run_.evaluations.score_end(milestone, model, now, phase_.stages.back().number);
  if (asked) run_.boundaries.note(name_of(milestone), run_.state);
  if (best) save_best();
  if (!is_last() || !run_.state.adapted()) return;
  const std::string unseen =
      unseen_tokens_text(model.parameters(), run_.new_tokens, run_.config.tokenizer, now.phase);
  if (!unseen.empty()) run_.observer.message(Severity::kWarning, unseen);
  score_without_adapters(asked);
  draw_adapter_curve();
}

void PhaseRun::score_without_adapters(bool asked) {
  Model& model = *run_.state.model;
  const AdaptersOff bare(model.parameters());
  if (!run_.evaluations.score(Milestone::kAdaptersOff, model, run_.state.progress) || !asked) {
    return;
  }
  if (!run_.tasks.empty()) run_.observer.table(adapters_table(run_.tasks));
}

void PhaseRun::draw_adapter_curve() {
  const std::vector<double>& scales = run_.config.update_log.adapter_scales;
  if (scales.empty() || !run_.config.trainer.validation) return;
  run_.observer.table(
      write_adapter_curve(scales, run_.state, run_.evaluations, run_.results / kAdapterCurveFile));
}

}  // namespace twofold
