#include "run/plan/run_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "run/plan/memory_plan.h"

namespace twofold {
namespace {

/// The fades at both ends of a stage must leave each other room.
void check_fades(const PhasePlan& phase, std::vector<Problem>& problems) {
  double before = 0;
  for (size_t i = 0; i < phase.stages.size(); ++i) {
    const double after = phase.fade_steps(i) / 2;
    const StagePlan& stage = phase.stages[i];
    if (before + after > static_cast<double>(stage.steps)) {
      const std::vector<std::string>& keys = phase.phase.boundaries.keys;
      problems.push_back({.what = "a fade is longer than its stage",
                          .where = keys[std::min(i, keys.size() - 1)],
                          .expected = fmt::format("fades that take at most the {} steps of {}",
                                                  stage.steps, stage.config.tokens_key),
                          .found = fmt::format("{:.4g} steps of it", before + after),
                          .hint = "an overlap of at most 1 always fits"});
    }
    before = after;
  }
}

PhasePlan plan_phase(const Phase& given, int64_t tokens_per_step, int& number,
                     std::vector<Problem>& problems) {
  PhasePlan phase{.phase = given};
  for (const StageConfig& stage : given.stages) {
    if (stage.tokens < tokens_per_step) {
      problems.push_back({.what = "a token budget is smaller than one step",
                          .where = stage.tokens_key,
                          .expected = fmt::format(
                              "at least training/batch_size x architecture/block_size = {} tokens",
                              tokens_per_step),
                          .found = std::to_string(stage.tokens),
                          .hint = "raise the budget or lower training/batch_size"});
    }
    const int64_t steps = (stage.tokens + tokens_per_step - 1) / tokens_per_step;
    phase.stages.push_back({stage, steps, phase.steps, number++});
    phase.steps += steps;
  }
  check_fades(phase, problems);
  return phase;
}

}  // namespace

const StagePlan& PhasePlan::stage_at(int64_t phase_step) const {
  for (const StagePlan& stage : stages) {
    if (phase_step < stage.first_step + stage.steps) return stage;
  }
  return stages.back();
}

std::vector<int64_t> PhasePlan::stage_steps() const {
  std::vector<int64_t> each;
  for (const StagePlan& stage : stages) each.push_back(stage.steps);
  return each;
}

double PhasePlan::fade_steps(size_t i) const {
  if (i >= phase.boundaries.overlaps.size()) return 0;
  const int64_t shorter = std::min(stages[i].steps, stages[i + 1].steps);
  return phase.boundaries.overlaps[i] * static_cast<double>(shorter);
}

StageOrder PhasePlan::order(int64_t batch_size) const {
  Fade fade = phase.boundaries.fade;
  for (size_t i = 0; i + 1 < stages.size(); ++i) fade.half_lengths.push_back(fade_steps(i) / 2);
  return {stage_steps(), std::move(fade), batch_size};
}

int64_t RunPlan::total_steps() const {
  int64_t steps = 0;
  for (const PhasePlan& phase : phases) steps += phase.steps;
  return steps;
}

const PhasePlan* RunPlan::find(int number) const {
  for (const PhasePlan& candidate : phases) {
    if (candidate.phase.number == number) return &candidate;
  }
  return nullptr;
}

int64_t RunPlan::steps_after(int number) const {
  int64_t steps = 0;
  for (const PhasePlan& phase : phases) {
    if (phase.phase.number > number) steps += phase.steps;
  }
  return steps;
}

std::vector<StageConfig> RunPlan::all_stages() const {
  std::vector<StageConfig> all;
  for (const PhasePlan& phase : phases) {
    for (const StagePlan& stage : phase.stages) all.push_back(stage.config);
  }
  return all;
}

std::vector<std::string> RunPlan::datasets() const {
  std::vector<std::string> labels;
  for (const StageConfig& stage : all_stages()) {
    for (const Sampling& sampling : stage.mixture) {
      const std::string label = sampling.label();
      if (std::ranges::find(labels, label) == labels.end()) labels.push_back(label);
    }
  }
  return labels;
}

std::string RunPlan::end_label(const PhasePlan& phase, const StagePlan& stage) const {
  if (stage.number == phase.stages.back().number) {
    const bool last = stage.number == phases.back().stages.back().number;
    return name_of(last ? Milestone::kEnd : Milestone::kBoundary);
  }
  if (!phase.phase.trains_adapters()) {
    return fmt::format("boundary_{}_{}", stage.number, stage.number + 1);
  }
  const int place = stage.number - phase.stages.front().number;
  return fmt::format("lora_boundary_post_{}_to_{}", place, place + 1);
}

bool RunPlan::phase_is_over(const RunState& progress) const {
  const PhasePlan* phase = find(progress.phase);
  return !phase || progress.phase_step >= phase->steps || progress.phase_ended_early;
}

bool RunPlan::is_complete(const RunState& progress) const {
  return progress.phase == phases.back().phase.number && phase_is_over(progress);
}

std::string describe_early_end(const RunPlan& plan, const RunState& progress) {
  return fmt::format(
      "phase {} ended after {} of its {} steps: {} validations in a row had no "
      "better loss (training/patience)",
      progress.phase, progress.phase_step, plan.find(progress.phase)->steps,
      progress.stale_validations);
}

std::vector<PhasePlan> plan_phases(const std::vector<Phase>& phases, int64_t tokens_per_step) {
  std::vector<PhasePlan> planned;
  std::vector<Problem> problems;
  int number = 0;
  for (const Phase& given : phases) {
    if (given.stages.empty()) continue;
    planned.push_back(plan_phase(given, tokens_per_step, number, problems));
  }
  throw_problems(std::move(problems));
  return planned;
}

RunPlan make_plan(const TrainerConfig& trainer, const ModelConfig& config, const Model& model,
                  const std::vector<Phase>& phases, const AdapterPlan& adapters) {
  RunPlan plan{.batch_size = trainer.batch_size, .block_size = config.block_size};
  plan.parameters = model.parameters().count();
  plan.adapter_parameters = adapters.parameters;
  plan.phases = plan_phases(phases, plan.tokens_per_step());
  for (PhasePlan& phase : plan.phases) {
    phase.flops_per_token = flops_per_token(config, model, phase.phase.trained, adapters);
  }
  const auto memory_at = [&](int64_t micro_rows) {
    std::vector<MemoryPlan> memory;
    for (const PhasePlan& phase : plan.phases) {
      memory.push_back(plan_memory(config, model, phase.phase.trained, adapters, micro_rows));
    }
    return memory;
  };
  plan.micro_rows = trainer.per_device_batch_size > 0
                        ? std::min(trainer.per_device_batch_size, plan.batch_size)
                        : largest_micro_batch(plan.batch_size, memory_at);
  plan.memory = memory_at(plan.micro_rows);
  return plan;
}

}  // namespace twofold
