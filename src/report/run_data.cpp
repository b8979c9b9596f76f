#include "report/run_data.h"

#include <algorithm>

#include "report/settings.h"

namespace twofold::report {
namespace {

int64_t steps_of(const RunData& run, const std::string& key, int64_t tokens_per_step) {
  const std::string* text = run.setting(key);
  if (!text) return 0;
  int64_t steps = 0;
  for (const double tokens : numbers_in(*text)) {
    steps += (static_cast<int64_t>(tokens) + tokens_per_step - 1) / tokens_per_step;
  }
  return steps;
}

int64_t whole(const RunData& run, const std::string& key) {
  const std::string* text = run.setting(key);
  const std::vector<double> numbers = text ? numbers_in(*text) : std::vector<double>();
  return numbers.empty() ? 0 : static_cast<int64_t>(numbers.front());
}

}  // namespace

const std::string* RunData::setting(const std::string& key) const {
  const auto found = std::ranges::find(config, key, [](const auto& entry) { return entry.first; });
  return found == config.end() ? nullptr : &found->second;
}

int64_t RunData::last_step() const {
  const int64_t trained = train.empty() ? 0 : train.back().step;
  return std::max(trained, scored.empty() ? 0 : scored.back().step);
}

int64_t RunData::last_tokens() const { return train.empty() ? 0 : train.back().tokens; }

int64_t RunData::total_steps() const {
  const int64_t tokens_per_step =
      whole(*this, "training/batch_size") * whole(*this, "architecture/block_size");
  if (tokens_per_step <= 0) return 0;
  // The list counts where a job has both, and the run has put into it what was set of the other.
  const bool listed = setting("training/pre_lora_tokens") != nullptr;
  const char* first = listed ? "training/pre_lora_tokens" : "training/tokens";
  return steps_of(*this, first, tokens_per_step) +
         steps_of(*this, "training/post_lora_tokens", tokens_per_step);
}

bool RunData::finished() const {
  const int64_t last = last_step();
  // Patience may end a run before its budget does.
  if (last < total_steps() && whole(*this, "training/patience") == 0) return false;
  const bool scored_end = std::ranges::any_of(scored, [&](const Scored& at) {
    return (at.moment == "end" || at.moment == "adapters_off") && at.step == last;
  });
  return scored_end || std::ranges::any_of(checkpoints, [&](const Checkpoint& checkpoint) {
           return checkpoint.suffix.starts_with("final/") && checkpoint.step == last;
         });
}

std::optional<int64_t> RunData::switch_step() const {
  const auto found = std::ranges::find_if(
      train, [&](const TrainPoint& point) { return point.phase != train.front().phase; });
  if (found == train.end()) return std::nullopt;
  return found->step;
}

}  // namespace twofold::report
