#include "run/plan/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "run/plan/overlap.h"
#include "run/plan/usual_rate.h"

namespace twofold {
namespace {

/// Beyond these factors a rate is far from the usual one. The best of published sweeps lies within
/// them, and six times the usual rate of adapters diverged (tinker-cookbook, sft_sweep).
constexpr double kFarAbove = 5, kFarBelow = 0.1;

struct Warnings {
  const RunConfig& config;
  const RunPlan& plan;
  std::vector<std::string> lines = {};

  template <class... Values>
  void add(fmt::format_string<Values...> text, Values&&... values) {
    lines.push_back(fmt::format(text, std::forward<Values>(values)...));
  }

  bool far(double rate, double usual) const {
    return rate > 0 && (rate > kFarAbove * usual || rate < kFarBelow * usual);
  }

  void of_adapter_rate(const PhasePlan& phase) {
    const double lr = phase.phase.schedule.lr;
    const int64_t width = config.model->n_embd;
    const auto rate = comparable_rate(config.lora, lr, width);
    const double usual = usual_adapter_rate(width);
    if (!rate || !far(*rate, usual)) return;
    const double factor = *rate / usual;
    add("phase {}: the rate {:g} moves the weights as {:.2g} does at alpha 32 and scale alpha/r, "
        "{:.2g} times the {:.2g} that is usual at width {} (tinker-cookbook, hyperparam_utils); "
        "{:.2g} here would be like it",
        phase.phase.number, lr, *rate, factor, usual, width, lr / factor);
  }

  void of_full_rate(const PhasePlan& phase) {
    if (config.optimizer.optimizer != "adamw") return;
    const int64_t width = config.model->n_embd;
    const double lr = phase.phase.schedule.lr;
    const bool trained = !config.model->weights.empty();
    const double usual = trained ? usual_tuning_rate(width) : usual_pretraining_rate(width);
    // Rates of whole models differ more between recipes than those of adapters.
    if (!far(lr, usual) || !far(lr, lr > usual ? 2 * usual : usual / 2)) return;
    add("phase {}: the rate {:g} is {:.2g} times the {:.2g} that is usual at width {} for {} ({})",
        phase.phase.number, lr, lr / usual, usual, width,
        trained ? "weights that have been trained" : "training from scratch",
        trained ? "a tenth of that of adapters: tinker-cookbook, hyperparam_utils"
                : "Brown et al. 2020, arXiv 2005.14165, table 2.1");
  }

  void of_schedule(const PhasePlan& phase) {
    const std::string whole = fmt::format("phase {}", phase.phase.number);
    if (!phase.phase.schedule.restart) return of_fall(phase, whole, 0, phase.steps);
    for (const StagePlan& stage : phase.stages) {
      of_fall(phase, fmt::format("{}, stage {}", whole, stage.number + 1), stage.first_step,
              stage.steps);
    }
  }

  /// Whether the rate falls over `steps` steps, which have the schedule to themselves.
  void of_fall(const PhasePlan& phase, const std::string& where, int64_t first, int64_t steps) {
    const ScheduleConfig& schedule = phase.phase.schedule;
    if (schedule.schedule == "constant" || steps < 2) return;
    const double last = phase.schedule()(first + steps - 1);
    if (last <= 0.9 * schedule.lr) return;
    add("{}: the rate never falls: {} decays over training/decay_pct = {:g} of {} steps, and the "
        "last is made at {:.0f} % of the peak",
        where, schedule.schedule, schedule.decay_pct, steps, 100 * last / schedule.lr);
  }

  void of_epochs(const PhasePlan& phase, const DataRows& rows) {
    constexpr double kGood = 4;
    std::map<std::string, double> epochs;
    for (const StagePlan& stage : phase.stages) {
      for (const Sampling& sampling : stage.config.mixture) {
        const int64_t all = rows.at(rows_key(sampling)).rows;
        if (all == 0) continue;
        epochs[sampling.label()] += sampling.rate *
                                    static_cast<double>(stage.steps * plan.batch_size) /
                                    static_cast<double>(all);
      }
    }
    for (const auto& [label, times] : epochs) {
      if (times <= kGood) continue;
      add("phase {}: {} is gone through {:.1f} times; up to {:g} teach about as much as new data "
          "(Muennighoff et al. 2023, arXiv 2305.16264)",
          phase.phase.number, label, times, kGood);
    }
  }

  /// Losses of tokens vary about as much as their mean, so a mean over n of them is known to
  /// 1.96/√n of itself with 95 % certainty.
  void of_validation(const std::string& label, const SplitSize& split) {
    constexpr int64_t kEnough = 38'416;
    const int64_t tokens = split.validation_tokens(config.trainer.validation_steps);
    if (tokens == 0 || tokens >= kEnough) return;
    add("validation of {}: {} tokens tell its loss to about ±{:.1f} %; to tell 1 % takes {} "
        "(training/validation_steps, or a larger val split)",
        label, with_thousands(tokens), 196 / std::sqrt(static_cast<double>(tokens)),
        with_thousands(kEnough));
  }

  void of_overlap(const PlannedData& data) {
    Mixture earlier;
    for (const PhasePlan& phase : plan.phases) {
      Mixture own;
      for (const StagePlan& stage : phase.stages) {
        for (const Sampling& sampling : stage.config.mixture) {
          if (data.rows.at(rows_key(sampling)).rows > 0) own.push_back(sampling);
        }
      }
      of_known(phase.phase.number, own, earlier, data);
      earlier.insert(earlier.end(), own.begin(), own.end());
    }
  }

  void of_known(int phase, const Mixture& own, const Mixture& earlier, const PlannedData& data) {
    constexpr double kSome = 0.05;
    std::set<std::string> told;
    for (const Sampling& sampling : own) {
      if (earlier.empty() || !told.insert(sampling.label()).second) continue;
      const bool same = std::ranges::any_of(
          earlier, [&](const Sampling& each) { return each.label() == sampling.label(); });
      const double share = same ? 1 : share_seen(data.root, sampling, earlier, data.needs);
      if (share < kSome) continue;
      add("phase {}: about {:.0f} % of the rows of {} are in the data before it; what they teach "
          "is "
          "known already, in part",
          phase, 100 * share, sampling.label());
    }
  }
};

}  // namespace

std::vector<std::string> plan_warnings(const RunConfig& config, const RunPlan& plan,
                                       const PlannedData& data) {
  Warnings warnings{.config = config, .plan = plan};
  for (const PhasePlan& phase : plan.phases) {
    phase.phase.trains_adapters() ? warnings.of_adapter_rate(phase) : warnings.of_full_rate(phase);
    warnings.of_schedule(phase);
    if (!data.rows.empty()) warnings.of_epochs(phase, data.rows);
  }
  if (data.rows.empty()) return warnings.lines;
  std::set<std::string> told;
  for (const auto& [key, split] : data.rows) {
    if (told.insert(std::get<0>(key)).second) warnings.of_validation(std::get<0>(key), split);
  }
  warnings.of_overlap(data);
  return warnings.lines;
}

}  // namespace twofold
