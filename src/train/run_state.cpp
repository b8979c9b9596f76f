#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/error.h"
#include "train/run_state_json.h"

namespace twofold {
namespace {

// Conversions between members and their JSON, for types that the file writes differently from
// nlohmann's default.

template <class T>
nlohmann::json stored(const T& value) {
  return value;
}
template <class T>
nlohmann::json stored(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}
nlohmann::json stored(const MilestoneScores& all) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [milestone, scores] : all) json[name_of(milestone)] = scores;
  return json;
}

template <class T>
void restore(const nlohmann::json& json, T& value) {
  json.get_to(value);
}
template <class T>
void restore(const nlohmann::json& json, std::optional<T>& value) {
  if (!json.is_null()) value = json.get<T>();
}
void restore(const nlohmann::json& json, MilestoneScores& all) {
  for (const auto& [name, scores] : json.get<std::map<std::string, Scores>>()) {
    const std::optional<Milestone> milestone = milestone_named(name);
    if (!milestone) throw std::runtime_error("scores of \"" + name + "\"");
    all[*milestone] = scores;
  }
}

}  // namespace

void RunState::enter_phase(int next) {
  phase = next;
  phase_step = 0;
  best_loss.reset();
  stale_validations = 0;
  phase_ended_early = false;
}

void RunState::advance(int64_t step_tokens) {
  ++step;
  ++phase_step;
  tokens += step_tokens;
}

bool RunState::note_validation(double loss, int64_t patience) {
  validated_step = step;
  const bool best = note_loss(loss);
  if (!best) ++stale_validations;
  phase_ended_early = out_of_patience(patience);
  return best;
}

bool RunState::note_loss(double loss) {
  if (best_loss && !(loss < *best_loss)) return false;
  best_loss = loss;
  stale_validations = 0;
  return true;
}

void RunState::forget_scores() {
  scores.clear();
  validated_step = -1;
  best_loss.reset();
  stale_validations = 0;
}

nlohmann::json state_to_json(const RunState& state) {
  nlohmann::json json;
  RunState::each(state, [&](const char* name, const auto& member, RunState::Stored) {
    json[name] = stored(member);
  });
  return json;
}

RunState state_from_json(const nlohmann::json& json, const std::string& file) {
  RunState state;
  try {
    RunState::each(state, [&](const char* name, auto& member, RunState::Stored since) {
      if (since == RunState::Stored::kAlways || json.contains(name)) restore(json.at(name), member);
    });
  } catch (const std::exception& problem) {  // nlohmann's and ours
    fail({.what = "the checkpoint's state is not readable",
          .where = file,
          .expected = "the entries that this version of twofold writes",
          .found = problem.what(),
          .hint = "choose another checkpoint, or go on with the version that wrote it"});
  }
  return state;
}

}  // namespace twofold
