#include "run/resume/budget.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace twofold {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& key, const std::string& saved,
                         const std::string& now) {
  fail({.what = what,
        .where = key,
        .expected = saved,
        .found = now,
        .hint = "set what the checkpoint was trained with (its config.yaml has it); to train its "
                "weights from a first step on, `twofold export --to merged` them and name the "
                "folder as architecture/backbone/weights of another NAME"});
}

bool same_mixture(const Mixture& a, const Mixture& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Sampling& x, const Sampling& y) {
                      return x.label() == y.label() && x.rate == y.rate && x.style == y.style &&
                             x.documents == y.documents;
                    });
}

/// Stages that have been trained on, wholly or in part, must be what they were.
void check_stages(const PhasePlan& saved, const PhasePlan& now, int64_t phase_step) {
  for (size_t i = 0; i < saved.stages.size(); ++i) {
    const StagePlan& before = saved.stages[i];
    if (before.first_step >= phase_step) return;
    if (i >= now.stages.size()) {
      refuse("a stage that has been trained on is gone", before.config.dataset_key, "the stage",
             "none");
    }
    const StagePlan& after = now.stages[i];
    if (!same_mixture(before.config.mixture, after.config.mixture)) {
      refuse("the mixture of a stage that has been trained on differs", after.config.dataset_key,
             "the mixture stored in the checkpoint", "another");
    }
    const bool behind = before.first_step + before.steps <= phase_step;
    const bool last = i + 1 == saved.stages.size();
    if (behind && !last && before.steps != after.steps) {
      refuse("the budget of a finished stage differs", after.config.tokens_key,
             std::to_string(before.config.tokens), std::to_string(after.config.tokens));
    }
    if (after.first_step + after.steps < phase_step && (last || !behind)) {
      refuse("the budget is smaller than what has been trained already", after.config.tokens_key,
             fmt::format("at least the {} steps done", phase_step - after.first_step),
             fmt::format("{} steps", after.steps));
    }
  }
}

/// The first of the steps done whose rows are from other stages now; none: -1.
int64_t first_other_rows(const PhasePlan& saved, const PhasePlan& now, int64_t batch_size,
                         int64_t done) {
  const StageOrder before = saved.order(batch_size), after = now.order(batch_size);
  for (int64_t step = 0; step < done; ++step) {
    if (before.of_step(step) != after.of_step(step)) return step;
  }
  return -1;
}

/// Steps of `phase` that a run at `progress` has behind it.
int64_t steps_done(const PhasePlan& phase, const RunState& progress) {
  if (phase.phase.number > progress.phase) return 0;
  return phase.phase.number < progress.phase ? phase.steps : progress.phase_step;
}

}  // namespace

void check_stages_kept(const RunPlan& saved, const RunPlan& now, const RunState& progress) {
  for (const PhasePlan& before : saved.phases) {
    const int64_t done = steps_done(before, progress);
    if (done == 0) continue;
    const PhasePlan* after = now.find(before.phase.number);
    if (!after) {
      refuse("a phase that has been trained is gone", "training/pre_lora_tokens", "its stages",
             "none");
    }
    check_stages(before, *after, done);
    const int64_t other = first_other_rows(before, *after, now.batch_size, done);
    if (other >= 0) {
      refuse("a fade changes rows that have been trained on", "training/fade",
             fmt::format("the fades stored in the checkpoint, at step {}", other), "others");
    }
    if (before.phase.number < progress.phase && after->steps != before.steps) {
      refuse(fmt::format("phase {} is over and cannot be extended", before.phase.number),
             "training/pre_lora_tokens", fmt::format("{} steps", before.steps),
             fmt::format("{} steps", after->steps));
    }
  }
}

void check_rates_kept(const RunPlan& saved, const RunPlan& now, const RunState& progress) {
  for (const PhasePlan& before : saved.phases) {
    const int64_t done = steps_done(before, progress);
    const PhasePlan* after = now.find(before.phase.number);
    if (done == 0 || !after) continue;
    const ScheduleConfig& schedule = after->phase.schedule;
    if (after->schedule().same_past(Schedule(schedule, before.stage_steps()), done)) continue;
    refuse(fmt::format("a budget of {} steps changes learning rates that have been used (schedule "
                       "{})",
                       after->steps, schedule.schedule),
           after->stages.back().config.tokens_key, fmt::format("{} steps", before.steps),
           fmt::format("{} steps", after->steps));
  }
}

}  // namespace twofold
