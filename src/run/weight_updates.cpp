#include "run/weight_updates.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <limits>

#include "base/folders.h"
#include "base/stop.h"
#include "lora/update_measures.h"
#include "run/training_run.h"
#include "twofold/model/model.h"

namespace twofold {
namespace {

/// `auto` measures directions where they take less than this share of the time between two
/// validations.
constexpr double kAffordableShare = 0.01;

bool is_measured(const Parameter& leaf) { return leaf.is_matrix() && !leaf.is_vocabulary(); }

/// "blocks/0/attn/q_proj" of ".../q_proj/kernel".
std::string module_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

std::vector<Metric> WeightUpdates::evaluate(const Evaluation& evaluation) {
  const std::vector<const Parameter*> leaves = changing(evaluation.model.parameters());
  double cost = 0;
  for (const Parameter* leaf : leaves) cost += directions_cost(leaf->shape[0], leaf->shape[1]);
  std::vector<Metric> metrics;
  for (size_t i = 0; i < leaves.size(); ++i) {
    check_stop();
    evaluation.progress(static_cast<double>(i) / static_cast<double>(leaves.size()));
    measure(*leaves[i], cost <= options_.affordable, metrics);
  }
  return metrics;
}

std::vector<const Parameter*> WeightUpdates::changing(const ParameterTree& parameters) {
  const bool control = !before_control().empty();
  const std::vector<bool> targeted = param_filter(parameters, config_.target_modules);
  std::vector<const Parameter*> leaves;
  for (size_t i = 0; i < targeted.size(); ++i) {
    const Parameter& leaf = parameters.all()[i];
    const bool changes = control ? targeted[i] : !leaf.weight.attachments.empty();
    if (changes && is_measured(leaf)) leaves.push_back(&leaf);
  }
  return leaves;
}

const NamedTensors& WeightUpdates::before_control() {
  const Path& folder = options_.checkpoints;
  if (!before_control_.empty() || folder.empty()) return before_control_;
  if (kind_of(folder / kPreLoraCheckpoint) == PathKind::kNothing) return before_control_;
  before_control_ = CheckpointStore::read(
      CheckpointStore::open(folder / kPreLoraCheckpoint, kPreLoraCheckpoint), "model");
  return before_control_;
}

WeightUpdate WeightUpdates::update_of(const Parameter& leaf) {
  WeightUpdate update = weight_update(leaf.weight, at::kDouble);
  for (const auto& [path, value] : before_control_) {
    if (path == leaf.path) update.before = value.to(at::kDouble);
  }
  return update;
}

void WeightUpdates::measure(const Parameter& leaf, bool directions, std::vector<Metric>& metrics) {
  const auto add = [&](const char* what, double value) {
    metrics.push_back({.name = "update/" + module_of(leaf.path) + "/" + what,
                       .value = value,
                       .in_files_only = true});
  };
  const std::optional<LowRank> term = low_rank_update(leaf.weight);
  const bool control = leaf.weight.attachments.empty();
  if (!term && !directions && !control) return;
  const WeightUpdate update = term && !directions ? WeightUpdate() : update_of(leaf);
  if (control && !directions) return add("relative_norm", relative_norm(update));
  const UpdateMeasures size = term ? measure_update(*term, leaf.weight) : measure_update(update);
  add("relative_norm", size.relative_norm);
  add("rank90", static_cast<double>(size.rank90));
  if (!directions) return;
  const DirectionMeasures where = measure_directions(update, config_.rank_of(leaf.path));
  add("top_share", where.top_share);
  add("intruders", static_cast<double>(where.intruders));
}

std::unique_ptr<Evaluator> make_weight_updates(const RunConfig& config, const RunPlan& plan,
                                               const Path& checkpoints) {
  const std::string& wanted = config.update_log.measures;
  const auto phase = std::ranges::find_if(plan.phases, [](const PhasePlan& each) {
    return each.phase.trains_adapters() || each.phase.control;
  });
  if (wanted == "off" || phase == plan.phases.end()) return nullptr;
  const double between = phase->flops_per_token * static_cast<double>(plan.tokens_per_step()) *
                         static_cast<double>(config.trainer.validation_interval);
  WeightUpdates::Options options{.affordable = kAffordableShare * between};
  if (wanted == "all") options.affordable = std::numeric_limits<double>::infinity();
  if (phase->phase.control) options.checkpoints = checkpoints;
  return std::make_unique<WeightUpdates>(config.lora, std::move(options));
}

}  // namespace twofold
