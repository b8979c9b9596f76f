#include "run/adapters/curve.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "lora/weight_update.h"

namespace twofold {
namespace {

/// The ends have been scored as milestones, of which they must not differ by a bit.
Scores scores_at(double scale, TrainState& state, const Evaluations& evaluations) {
  const MilestoneScores& known = state.progress.scores;
  const Milestone end = scale == 0 ? Milestone::kAdaptersOff : Milestone::kEnd;
  if ((scale == 0 || scale == 1) && known.contains(end)) return known.at(end);
  const AdaptersScaled scaled(state.model->parameters(), scale);
  return evaluations.all_losses(*state.model, state.progress,
                                fmt::format("validating (adapters x {:g})", scale));
}

}  // namespace

Table write_adapter_curve(const std::vector<double>& scales, TrainState& state,
                          const Evaluations& evaluations, const Path& file) {
  Table table{.title = "Adapters turned up", .header = {"validation loss"}};
  std::map<std::string, std::vector<double>> curves;
  for (const double scale : scales) {
    table.header.push_back(fmt::format("x {:g}", scale));
    for (const auto& [dataset, loss] : scores_at(scale, state, evaluations)) {
      curves[dataset].push_back(loss);
    }
  }
  nlohmann::ordered_json document = {{"scales", scales}, {"evaluations", nlohmann::json::object()}};
  for (const auto& [dataset, losses] : curves) {
    auto& points = document["evaluations"]["val/" + dataset + "/loss"];
    table.rows.push_back({dataset});
    for (const double loss : losses) {
      points.push_back({{"value", loss}});
      table.rows.back().push_back(fmt::format("{:.4f}", loss));
    }
  }
  write_atomic(file, document.dump() + "\n");
  return table;
}

}  // namespace twofold
