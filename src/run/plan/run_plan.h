#pragma once
// Every number that follows from a config, before anything is allocated: steps, stages, tokens,
// parameters, memory, arithmetic.

#include <filesystem>
#include <string>
#include <vector>

#include "run/phase.h"
#include "run/plan/data_rows.h"
#include "twofold/model/config.h"
#include "twofold/model/model.h"
#include "twofold/observer.h"
#include "twofold/train/run_state.h"

namespace twofold {

struct StagePlan {
  StageConfig config = {};
  int64_t steps = 0;
  int64_t first_step = 0;  ///< within its phase
  int number = 0;          ///< counted over the whole run
};

struct PhasePlan {
  Phase phase = {};
  std::vector<StagePlan> stages = {};
  int64_t steps = 0;
  double flops_per_token = 0;

  /// The stage that step `phase_step` belongs to (the last one for the end of the phase).
  const StagePlan& stage_at(int64_t phase_step) const;
  std::vector<int64_t> stage_steps() const;
  /// Whether step `number` of the phase, counted from 1, is the first or the last.
  bool is_at_an_end(int64_t number) const { return number == 1 || number == steps; }
  /// Steps of the fade at the end of the stage at place `i`; 0: none.
  double fade_steps(size_t i) const;
  /// Which stages serve the rows of a step.
  StageOrder order(int64_t batch_size) const;
  Schedule schedule() const { return Schedule(phase.schedule, stage_steps()); }
};

/// Bytes that a phase needs at its peak. Doubles, since a plan may be far larger than any machine.
struct MemoryPlan {
  double weights = 0, gradients = 0, moments = 0, activations = 0, head = 0;
  double total() const { return weights + gradients + moments + activations + head; }
};

struct RunPlan {
  int64_t batch_size = 0, block_size = 0, micro_rows = 0;
  int64_t parameters = 0;
  int64_t adapter_parameters = 0;       ///< 0: no adapters
  std::vector<PhasePlan> phases = {};   ///< those that train
  std::vector<MemoryPlan> memory = {};  ///< one per phase

  int64_t tokens_per_step() const { return batch_size * block_size; }
  int64_t total_steps() const;
  /// The phase with this number; null if there is none, or if it trains nothing.
  const PhasePlan* find(int number) const;
  /// Total steps of the phases after phase `number`.
  int64_t steps_after(int number) const;
  std::vector<StageConfig> all_stages() const;
  /// Labels of the datasets of every stage, in order of first use.
  std::vector<std::string> datasets() const;

  /// The name of the boundary at the end of a stage: "boundary_0_1", between stages of adapters
  /// "lora_boundary_post_0_to_1"; at the end of a phase its milestone.
  std::string end_label(const PhasePlan& phase, const StagePlan& stage) const;

  /// Whether the phase that a run at `progress` is in is over.
  bool phase_is_over(const RunState& progress) const;
  /// Whether that phase is the last one and is over: nothing is left to train.
  bool is_complete(const RunState& progress) const;
};

/// What the plan needs to know of adapters.
struct AdapterPlan {
  int64_t parameters = 0;        ///< trained
  int64_t start_parameters = 0;  ///< of the initial factors, kept (pissa, olora)
  int64_t activations = 0;       ///< elements that a token leaves behind in the adapters
  int64_t frozen_bytes = 0;      ///< of the frozen base
};

/// Why the phase that `progress` is in ended before its budget did.
std::string describe_early_end(const RunPlan& plan, const RunState& progress);

/// Stages in steps, for the phases that have stages. Throws one Error with every budget below one
/// step.
std::vector<PhasePlan> plan_phases(const std::vector<Phase>& phases, int64_t tokens_per_step);

/// Throws as plan_phases does.
RunPlan make_plan(const TrainerConfig& trainer, const ModelConfig& config, const Model& model,
                  const std::vector<Phase>& phases, const AdapterPlan& adapters);

/// The plan as tables: run, stages (with the share and the epochs of each dataset), memory. If
/// `data_rows` is empty, the tables leave out what follows from the data.
std::vector<Table> describe(const RunPlan& plan, const ModelConfig& config,
                            const DataRows& data_rows);

}  // namespace twofold
