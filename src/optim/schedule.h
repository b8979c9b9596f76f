#pragma once
// Learning rate as a pure function of the step within a phase.

#include <cstdint>
#include <string>
#include <vector>

#include "config/fields.h"

namespace twofold {

/// A share of the steps is rounded down to whole steps. A segment of no steps is skipped, but a
/// warm-up of cosine_rewarm with a share above 0 has at least one step.
///   wsd           warm-up, plateau, linear decay to decay_lr_mult·peak
///   wsds          warm-up, plateau, decay, then a second plateau at decay_lr_mult·peak
///   cosine        warm-up, then one cosine to min_lr_mult·peak at the end of the phase
///   cosine_rewarm the same in every stage, from min_lr_mult·lr; later stages peak at rewarm_lr
///   constant      the peak
/// Warm-ups are linear from warmup_lr_mult·peak where nothing else is said.
struct ScheduleConfig {
  double lr = 3e-4;  ///< optimization/lr
  std::string schedule =
      "wsd";                  ///< optimization/schedule: wsd, wsds, cosine, cosine_rewarm, constant
  double warmup_pct = 0.01;   ///< training/warmup_pct, share of the phase's (or stage's) steps
  double decay_pct = 0.1;     ///< training/decay_pct, share of the phase's steps
  double constant_pct = 0.5;  ///< optimization/constant_pct (wsds: second plateau)
  double warmup_lr_mult = 0.01;  ///< optimization/warmup_lr_mult
  double decay_lr_mult = -1;     ///< optimization/decay_lr_mult; -1: wsd 0.01, wsds 0.1
  double rewarm_lr = 1e-4;       ///< optimization/rewarm_lr (cosine_rewarm: peak of later stages)
  double min_lr_mult = 0.01;     ///< optimization/min_lr_mult (cosine floors)
  /// Every stage has the schedule to itself, over its own steps (optimization/reset_optimizer).
  bool restart = false;
  void declare(config::Fields& fields);
  /// Throws an Error naming the keys if the shares of the chosen schedule add up to more than 1.
  void validate() const;
};

class Schedule {
 public:
  /// `stage_steps`: steps of each stage of the phase (cosine_rewarm restarts at each).
  /// `lr_override` ≥ 0 replaces config.lr. Validates `config`.
  Schedule(const ScheduleConfig& config, std::vector<int64_t> stage_steps, double lr_override = -1);
  /// Rate of step `step` (from 0) of the phase; past the end, the end's.
  double operator()(int64_t step) const;
  int64_t total_steps() const;
  /// Whether this schedule gives the same rates as `other` for the first `steps` steps: what
  /// extending a finished or running phase must not change.
  bool same_past(const Schedule& other, int64_t steps) const;

 private:
  double wsd(int64_t step, int64_t steps) const;
  double cosine(int64_t step, int64_t steps) const;
  double cosine_rewarm(int64_t step) const;
  /// The stage that a step is in; `step` becomes the step within it.
  size_t stage_of(int64_t& step) const;

  ScheduleConfig config_;
  std::vector<int64_t> stage_steps_;
  int64_t total_steps_ = 0;
};

}  // namespace twofold
