#pragma once
// What happens at the boundaries of a run: what all tasks scored joins the matrix (score_matrix.h).
// Between tasks in turn they are scored there, the optimizer may begin anew, and a checkpoint is
// saved.

#include <string>
#include <vector>

#include "eval/task_evaluator.h"
#include "run/checkpointing.h"
#include "run/plan/run_plan.h"
#include "train/evaluations.h"

namespace twofold {

class BoundaryKeeper {
 public:
  /// All of it outlives the keeper.
  struct Parts {
    const RunConfig& config;
    const RunPlan& plan;
    Path results;
    Evaluations& evaluations;
    const std::vector<TaskEvaluator*>& tasks;  ///< among the evaluations
    Checkpointing& checkpointing;
  };
  explicit BoundaryKeeper(const Parts& parts) : run_(parts) {}

  /// The run goes on from `state`: continual.json says what that has.
  void begin(const TrainState& state) const;
  /// All tasks have just been scored at this moment: notes it.
  void note(const std::string& label, TrainState& state) const;
  /// Between a stage and the next one of its phase. `state` has passed it once it is noted.
  void pass(const PhasePlan& phase, const StagePlan& stage, TrainState& state) const;
  /// A phase that follows another has just begun; saves it where stages are tasks in turn.
  void begin_phase(TrainState& state) const;

 private:
  void note_task(const std::string& label, const TaskScored& task, std::vector<double> items,
                 TrainState& state) const;
  void note_losses(const std::string& label, TrainState& state) const;
  void note_tasks(const std::string& label, TrainState& state) const;

  Parts run_;
};

}  // namespace twofold
