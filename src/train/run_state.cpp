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

nlohmann::json stored(const std::vector<BoundaryScores>& all) {
  nlohmann::json json = nlohmann::json::array();
  for (const BoundaryScores& boundary : all) {
    nlohmann::json tasks = nlohmann::json::array();
    for (const TaskScored& task : boundary.tasks) {
      tasks.push_back({{"name", task.name},
                       {"higher_is_better", task.higher_is_better},
                       {"value", task.value},
                       {"items", task.items},
                       {"stderr", stored(task.standard_error)}});
    }
    json.push_back({{"label", boundary.label},
                    {"step", boundary.step},
                    {"tokens", boundary.tokens},
                    {"phase", boundary.phase},
                    {"tasks", std::move(tasks)}});
  }
  return json;
}
void restore(const nlohmann::json& json, std::vector<BoundaryScores>& all) {
  for (const nlohmann::json& entry : json) {
    BoundaryScores boundary{.label = entry.at("label"),
                            .step = entry.at("step"),
                            .tokens = entry.at("tokens"),
                            .phase = entry.at("phase")};
    for (const nlohmann::json& one : entry.at("tasks")) {
      TaskScored task{.name = one.at("name"),
                      .higher_is_better = one.at("higher_is_better"),
                      .value = one.at("value"),
                      .items = one.at("items")};
      restore(one.at("stderr"), task.standard_error);
      boundary.tasks.push_back(std::move(task));
    }
    all.push_back(std::move(boundary));
  }
}

}  // namespace

void RunState::enter_phase(int next) {
  phase = next;
  phase_step = 0;
  phase_ended_early = false;
  enter_task();
}

void RunState::enter_task() {
  best_loss.reset();
  stale_validations = 0;
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

const BoundaryScores* RunState::find_boundary(const std::string& label) const {
  for (const BoundaryScores& boundary : boundaries) {
    if (boundary.label == label) return &boundary;
  }
  return nullptr;
}

void RunState::forget_scores() {
  scores.clear();
  boundaries.clear();
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
