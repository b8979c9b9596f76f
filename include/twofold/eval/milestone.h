#pragma once
// The turning points of a run, at which every dataset is scored.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace twofold {

/// In the order of the report's columns.
enum class Milestone { kStart, kBoundary, kFrozen, kAdaptersOff, kEnd };

struct MilestoneText {
  Milestone milestone;
  const char* name;     ///< in state.json, metrics.jsonl and reports to observers
  const char* heading;  ///< for people
};
inline constexpr std::array<MilestoneText, 5> kMilestones = {
    {{Milestone::kStart, "start", "start"},
     {Milestone::kBoundary, "boundary", "boundary"},
     {Milestone::kFrozen, "frozen", "frozen"},
     {Milestone::kAdaptersOff, "adapters_off", "end, adapters off"},
     {Milestone::kEnd, "end", "end"}}};

constexpr const char* name_of(Milestone milestone) {
  return kMilestones[static_cast<size_t>(milestone)].name;
}
constexpr std::optional<Milestone> milestone_named(std::string_view name) {
  for (const MilestoneText& text : kMilestones) {
    if (text.name == name) return text.milestone;
  }
  return std::nullopt;
}

/// Validation loss of every dataset at one moment.
using Scores = std::map<std::string, double>;
using MilestoneScores = std::map<Milestone, Scores>;

}  // namespace twofold
