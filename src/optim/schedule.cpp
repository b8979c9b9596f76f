#include "optim/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/error.h"

namespace twofold {
namespace {

int64_t share_of(int64_t steps, double share) {
  return static_cast<int64_t>(static_cast<double>(steps) * share);
}

// Sums of products are spelled std::fma where one rounding instead of two is what runs have had
// from the first: a rate's last bit is part of a run's result.

/// Value at `step` of a line from share·base (step 0) up to `to` (step `length`).
double warm_up(double base, double share, double to, int64_t step, int64_t length) {
  const double rise = std::fma(-share, base, to);
  return std::fma(share, base, rise * static_cast<double>(step) / static_cast<double>(length));
}

/// Value at `step` of a line from `from` (step 0) to `to` (step `length`, and after).
double line(double from, double to, int64_t step, int64_t length) {
  if (step >= length) return to;
  return from + (to - from) * static_cast<double>(step) / static_cast<double>(length);
}

/// The same for half a cosine wave.
double half_cosine(double from, double to, int64_t step, int64_t length) {
  if (step >= length) return to;
  const double progress = static_cast<double>(step) / static_cast<double>(length);
  return std::fma((from - to) * 0.5, 1.0 + std::cos(std::numbers::pi * progress), to);
}

}  // namespace

void ScheduleConfig::declare(config::Fields& fields) {
  const Constraint share{.min = 0, .max = 1};
  fields.add("optimization/lr", lr, "Peak learning rate.", {.min = 0, .exclusive_min = true});
  fields.add(
      "optimization/schedule", schedule,
      "Learning rate over the steps of a phase: wsd (warm-up, plateau, linear decay), wsds (wsd, "
      "then a plateau at the end), cosine (warm-up, one cosine), cosine_rewarm (one cosine for "
      "each stage), constant.",
      {.choices = {"wsd", "wsds", "cosine", "cosine_rewarm", "constant"}});
  fields.add("training/warmup_pct", warmup_pct,
             "Share of a phase's steps (cosine_rewarm: of each stage's) that warm up.", share);
  fields.add("training/decay_pct", decay_pct, "Share of a phase's steps that decay (wsd, wsds).",
             share);
  fields.add("optimization/constant_pct", constant_pct,
             "Share of a phase's steps on the plateau after the decay (wsds).", share);
  fields.add("optimization/warmup_lr_mult", warmup_lr_mult,
             "Warm-up starts at this multiple of the peak (wsd, wsds, cosine).", share);
  fields.add("optimization/decay_lr_mult", decay_lr_mult,
             "Decay ends at this multiple of the peak (wsd, wsds); -1 = the schedule's own (wsd "
             "0.01, wsds 0.1).",
             {.min = 0, .max = 1, .or_else = -1});
  fields.add("optimization/rewarm_lr", rewarm_lr,
             "Peak of the stages after the first (cosine_rewarm).",
             {.min = 0, .exclusive_min = true});
  fields.add("optimization/min_lr_mult", min_lr_mult,
             "Cosines end at this multiple of the peak (cosine, cosine_rewarm).", share);
}

void ScheduleConfig::validate() const {
  const bool wsds = schedule == "wsds";
  if (!wsds && schedule != "wsd") return;
  const double sum = warmup_pct + decay_pct + (wsds ? constant_pct : 0);
  constexpr double kRounding = 1e-9;  // 0.6 + 0.3 + 0.1 is more than 1 in binary
  if (sum <= 1 + kRounding) return;
  fail({.what = fmt::format("the parts of the {} schedule add up to more than the whole", schedule),
        .where = wsds ? "training/warmup_pct, training/decay_pct, optimization/constant_pct"
                      : "training/warmup_pct, training/decay_pct",
        .expected = "a sum of at most 1",
        .found = wsds ? fmt::format("{} + {} + {} = {}", warmup_pct, decay_pct, constant_pct, sum)
                      : fmt::format("{} + {} = {}", warmup_pct, decay_pct, sum),
        .hint = "what they leave is the plateau at the peak"});
}

Schedule::Schedule(const ScheduleConfig& config, std::vector<int64_t> stage_steps,
                   double lr_override)
    : config_(config), stage_steps_(std::move(stage_steps)) {
  config_.validate();
  if (lr_override >= 0) config_.lr = lr_override;
  if (config_.decay_lr_mult < 0) config_.decay_lr_mult = config_.schedule == "wsds" ? 0.1 : 0.01;
  total_steps_ = std::accumulate(stage_steps_.begin(), stage_steps_.end(), int64_t{0});
}

double Schedule::operator()(int64_t step) const {
  if (config_.schedule == "constant") return config_.lr;
  if (config_.schedule == "cosine_rewarm") return cosine_rewarm(step);
  int64_t steps = total_steps_;
  if (config_.restart && !stage_steps_.empty()) steps = stage_steps_[stage_of(step)];
  if (config_.schedule == "cosine") return cosine(step, steps);
  TWOFOLD_EXPECT(config_.schedule == "wsd" || config_.schedule == "wsds",
                 "no schedule called " + config_.schedule);
  return wsd(step, steps);
}

size_t Schedule::stage_of(int64_t& step) const {
  size_t stage = 0;
  while (stage + 1 < stage_steps_.size() && step >= stage_steps_[stage])
    step -= stage_steps_[stage++];
  return stage;
}

double Schedule::wsd(int64_t step, int64_t steps) const {
  const int64_t warmup = share_of(steps, config_.warmup_pct);
  const int64_t decay = share_of(steps, config_.decay_pct);
  const int64_t tail = config_.schedule == "wsds" ? share_of(steps, config_.constant_pct) : 0;
  const int64_t decay_begin = std::max(warmup, steps - decay - tail);
  if (step < warmup) {
    return warm_up(config_.lr, config_.warmup_lr_mult, config_.lr, step, warmup);
  }
  if (step < decay_begin || decay == 0) return config_.lr;
  return line(config_.lr, config_.lr * config_.decay_lr_mult, step - decay_begin, decay);
}

double Schedule::cosine(int64_t step, int64_t steps) const {
  const int64_t warmup = share_of(steps, config_.warmup_pct);
  if (step < warmup) {
    return warm_up(config_.lr, config_.warmup_lr_mult, config_.lr, step, warmup);
  }
  return half_cosine(config_.lr, config_.lr * config_.min_lr_mult, step - warmup, steps - warmup);
}

double Schedule::cosine_rewarm(int64_t step) const {
  const size_t stage = stage_of(step);
  const int64_t steps = stage_steps_.empty() ? 0 : stage_steps_[stage];
  const double peak = stage == 0 ? config_.lr : config_.rewarm_lr;
  // A stage that asks for a warm-up gets at least one step of it, as in the reference.
  const int64_t warmup =
      config_.warmup_pct > 0 ? std::max<int64_t>(1, share_of(steps, config_.warmup_pct)) : 0;
  if (step < warmup) return warm_up(config_.lr, config_.min_lr_mult, peak, step, warmup);
  return half_cosine(peak, peak * config_.min_lr_mult, step - warmup, steps - warmup);
}

int64_t Schedule::total_steps() const { return total_steps_; }

bool Schedule::same_past(const Schedule& other, int64_t steps) const {
  for (int64_t step = 0; step < steps; ++step) {
    if ((*this)(step) != other(step)) return false;
  }
  return true;
}

}  // namespace twofold
