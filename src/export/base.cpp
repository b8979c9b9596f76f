#include "export/base.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "base/unpublished.h"
#include "export/format.h"
#include "interop/peft/combine.h"
#include "interop/peft/merge.h"
#include "lora/select/selection.h"
#include "run/state.h"
#include "twofold/lora/lora.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

/// The largest relative distance of two tensors that count as the same, ‖a − b‖ / ‖b‖. kSame: the
/// base was computed twice, on two machines say. kRounded: an initial product was also subtracted
/// from it in low precision and added back.
constexpr double kSame = 1e-4, kRounded = 5e-3;

LoRAConfig lora_of(const LoadedRun& run) { return run.lora(); }

double distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor wide = b.to(at::kDouble);
  const std::vector<double> lengths = numbers_of({wide.norm(), a.to(at::kDouble).sub(wide).norm()});
  return lengths[1] / (lengths[0] > 0 ? lengths[0] : 1.0);
}

/// Whether the run's base is that of `again`, which was frozen as the run's was.
bool is_base_of(const LoadedRun& run, const Model& again) {
  std::map<std::string, bool> started;
  for (const auto& adapter : run.adapters()) {
    if (adapter->changed_base()) started[adapter->path()] = true;
  }
  const NamedTensors found = original_weights(run);
  const NamedTensors expected = base_parameters(again.parameters());
  const bool narrow = lora_of(run).base_dtype != "float32";
  for (size_t i = 0; i < found.size(); ++i) {
    const auto& [path, value] = found[i];
    const bool rounded = started[path] && narrow;
    const bool same = value.sizes() == expected[i].second.sizes() &&
                      distance(value, expected[i].second) <= (rounded ? kRounded : kSame);
    if (!same) return false;
  }
  return true;
}

/// Refuses adapters that no sum of products can hold, where one has to.
void check_plain(const LoRAConfig& lora) {
  const std::string more = beyond_low_rank(lora);
  if (more.empty()) return;
  fail({.what = "the adapters and those below them cannot be written as one",
        .where = "optimization/lora/base_adapters",
        .expected = "adapters of A and B only",
        .found = kLoraSection + more,
        .hint = "export the merged model instead: --to merged"});
}

}  // namespace

NamedTensors original_weights(const LoadedRun& run) {
  NamedTensors weights = base_parameters(run.state->model->parameters());
  const at::NoGradGuard no_grad;
  for (auto& [path, value] : weights) {
    value = value.detach().to(at::kFloat);
    for (const auto& adapter : run.adapters()) {
      if (adapter->path() == path) value = adapter->original(value);
    }
  }
  return weights;
}

void leave_original_weights(LoadedRun& run) {
  ParameterTree& parameters = run.state->model->parameters();
  unpack_parameters(parameters);
  const NamedTensors original = original_weights(run);
  detach_lora_params(parameters);
  const std::map<std::string, at::Tensor> by_path(original.begin(), original.end());
  for (const auto& adapter : run.adapters()) {
    if (!adapter->changed_base()) continue;
    parameters.at(adapter->path()).weight.value = by_path.at(adapter->path());
  }
}

AdapterBase find_adapter_base(const LoadedRun& run) {
  const ModelConfig& config = run.model_config();
  const RunState& progress = run.state->progress;
  if (config.weights.empty()) return {.folder = {}, .reason = "the run began with fresh weights"};
  if (progress.step != progress.phase_step) {
    return {.folder = {}, .reason = "phase 1 has trained the weights of " + config.weights};
  }
  try {
    const auto added = std::ssize(run.config.tokenizer.add_tokens);
    TrainState again = start_state(config, {}, progress.seed, /*train_all=*/false,
                                   {.first = run.first_new_token(), .count = added},
                                   run.state->model->parameters().device());
    const NamedTensors pristine = again.model->parameters().named();
    freeze_base(again, config, lora_of(run));
    unpack_parameters(again.model->parameters());
    if (is_base_of(run, *again.model)) {
      for (const auto& [path, value] : pristine) {
        again.model->parameters().at(path).weight.value = value;
      }
      return {.folder = std::move(again.model), .reason = {}};
    }
  } catch (const Error& error) {
    const Problem& problem = error.problems().front();
    return {.folder = {},
            .reason = fmt::format("what the run began with cannot be read any more: {} ({})",
                                  problem.what, problem.where)};
  }
  return {.folder = {}, .reason = "the run's base is not what is in " + config.weights};
}

PeftAdapter adapter_for(const LoadedRun& run, const AdapterBase& base, const Path& out) {
  const LoRAConfig& lora = lora_of(run);
  if (!base.folder || lora.base_adapters.empty()) {
    return {.lora = lora, .tensors = named_tensors(run.adapters())};
  }
  check_plain(lora);
  const ModelConfig& config = run.model_config();
  const Unpublished own(out.string() + ".own");
  save_peft_folder(config, named_tensors(run.adapters()), lora, own.path());
  Combination all;
  for (const std::string& text : lora.base_adapters) all.adapters.push_back(weighted_folder(text));
  all.adapters.push_back({.folder = own.path()});
  return combine_peft_folders(all, config, base.folder->parameters());
}

NamedTensors weights_below(const LoadedRun& run, const AdapterBase& base) {
  NamedTensors original = original_weights(run);
  const std::vector<std::string> below = lora_of(run).base_adapters;
  if (!base.folder || below.empty()) return original;
  const ModelConfig& config = run.model_config();
  const std::unique_ptr<Model> model = model_of(config, original);
  for (const std::string& text : below) {
    WeightedFolder adapter = weighted_folder(text);
    adapter.weight = -adapter.weight;
    merge_peft_folder(adapter, config, model->parameters(), TableCopies::kIgnored);
  }
  return model->parameters().named();
}

}  // namespace twofold
