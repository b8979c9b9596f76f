#include "run/plan/run_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "run/plan/memory_plan.h"

namespace twofold {
namespace {

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
