#include "run/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "interop/peft/merge.h"
#include "interop/peft/peft.h"
#include "tensor/dtype.h"
#include "tensor/packed.h"
#include "tensor/storage.h"
#include "train/run_state_json.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

std::unique_ptr<Model> build_model(const ModelConfig& config) {
  auto model = config.build();
  model->set_checkpointing(config.checkpointing);
  return model;
}

constexpr const char* kTrainedWith =
    "restore with the architecture/* that the checkpoint was trained with (its config.yaml has "
    "them)";

/// Puts saved values into the tree, in each parameter's own storage order (so that every product is
/// computed exactly as before the save).
void load_parameters(ParameterTree& parameters, const NamedTensors& saved,
                     const std::string& file) {
  std::map<std::string, at::Tensor> by_name(saved.begin(), saved.end());
  std::vector<Problem> problems;
  for (Parameter& parameter : parameters.all()) {
    const auto found = by_name.find(parameter.path);
    const std::string where = file + ", tensor " + parameter.path;
    if (take_packed(by_name, parameter, file)) continue;
    if (found == by_name.end()) {
      problems.push_back({.what = "the checkpoint lacks a tensor that the architecture has",
                          .where = where,
                          .expected = fmt::format("[{}]", fmt::join(parameter.shape, ", ")),
                          .found = "no such tensor",
                          .hint = kTrainedWith});
      continue;
    }
    if (found->second.sizes() != at::IntArrayRef(parameter.shape)) {
      problems.push_back({.what = "a tensor of the checkpoint has another shape",
                          .where = where,
                          .expected = fmt::format("[{}]", fmt::join(parameter.shape, ", ")),
                          .found = fmt::format("[{}]", fmt::join(found->second.sizes(), ", ")),
                          .hint = kTrainedWith});
      continue;
    }
    // Memory of its own: what was read is a read-only mapping, and not aligned as products like it.
    parameter.weight.value = in_storage_order(found->second, parameter.transposed_storage).clone();
    by_name.erase(found);
  }
  for (const auto& [name, tensor] : by_name) {
    problems.push_back({.what = "the checkpoint has a tensor that the architecture lacks",
                        .where = file + ", tensor " + name,
                        .expected = "no such tensor",
                        .found = fmt::format("[{}]", fmt::join(tensor.sizes(), ", ")),
                        .hint = kTrainedWith});
  }
  throw_first_problems(std::move(problems), file);
}

/// What a checkpoint holds of the adapters, attached.
LoRAParams read_adapters(const CheckpointInfo& checkpoint, ParameterTree& parameters,
                         const LoRAConfig& lora) {
  NamedTensors tensors = CheckpointStore::read_weights(checkpoint, "adapters");
  if (CheckpointStore::has(checkpoint, "starts")) {
    for (auto& tensor : CheckpointStore::read_weights(checkpoint, "starts"))
      tensors.push_back(tensor);
  }
  return attach_lora_params(parameters, tensors, lora);
}

/// `base` with these adapters, which are attached to its model.
LoRATrainState with_adapters(TrainState base, LoRAParams adapters, const LoRAConfig& lora) {
  LoRATrainState state;
  static_cast<TrainState&>(state) = std::move(base);
  state.adapters = std::move(adapters);
  state.adapter_rates = lr_multipliers(state.adapters, lora);
  return state;
}

void require_gradients(ParameterTree& parameters) {
  for (Parameter& parameter : parameters.all()) parameter.weight.value.requires_grad_(true);
}

}  // namespace

std::vector<Trainable> TrainState::trainables() const {
  std::vector<Trainable> tensors;
  for (const Parameter& parameter : model->parameters().all()) {
    tensors.push_back(
        {.name = parameter.path, .value = parameter.weight.value, .axes = parameter.axes});
  }
  return tensors;
}

std::vector<Trainable> LoRATrainState::trainables() const {
  std::vector<Trainable> tensors;
  const NamedTensors named = named_adapters(adapters);
  for (size_t i = 0; i < named.size(); ++i) {
    tensors.push_back(
        {.name = named[i].first, .value = named[i].second, .lr_multiplier = adapter_rates[i]});
  }
  return tensors;
}

void TrainState::add_tensors(Snapshot& snapshot) const {
  snapshot.tensors["model"] = model->parameters().named();
}

void LoRATrainState::add_tensors(Snapshot& snapshot) const {
  snapshot.tensors["base"] = base_parameters(model->parameters());
  snapshot.immutable_ids["base"] = progress.base_id;
  snapshot.tensors["adapters"] = named_adapters(adapters);
  if (const NamedTensors constants = named_constants(adapters); !constants.empty()) {
    snapshot.tensors["starts"] = constants;
    snapshot.immutable_ids["starts"] = progress.base_id;
  }
}

Snapshot TrainState::snapshot(const std::string& config_yaml) const {
  Snapshot snapshot;
  add_tensors(snapshot);
  snapshot.tensors["optimizer"] = optimizer->state();
  for (const auto& [name, values] : scored_items) {
    snapshot.tensors["scores"].emplace_back(name, tensor_of(values, host_device()));
  }
  snapshot.state = state_to_json(progress);
  snapshot.config_yaml = config_yaml;
  snapshot.kept = &kept;
  return snapshot;
}

TrainState start_state(const ModelConfig& config, const OptimizerConfig& optimizer, uint64_t seed,
                       bool train_all, const NewTokens& fresh, at::Device device) {
  TrainState state;
  state.progress.seed = seed;
  state.model = build_model(config);
  if (config.weights.empty()) {
    state.model->parameters().initialize(seed, scalar_type(config.param_dtype));
  } else {
    load_hf_weights(*state.model, config, config.weights, fresh, /*borrow=*/!train_all);
    state.progress.weights_dtype = hf_dtype(config.weights);
  }
  state.model->parameters().move_to(device);
  if (train_all) {
    require_gradients(state.model->parameters());
    state.optimizer = make_optimizer(optimizer, state.trainables());
  }
  return state;
}

TrainState start_state(const ModelConfig& config, const OptimizerConfig& optimizer, uint64_t seed,
                       bool train_all, at::Device device) {
  return start_state(config, optimizer, seed, train_all, NewTokens{}, device);
}

std::unique_ptr<TrainState> restore_weights(const CheckpointInfo& checkpoint,
                                            const ModelConfig& config, const LoRAConfig& lora,
                                            at::Device device) {
  TrainState state;
  state.progress = state_from_json(checkpoint.state, (checkpoint.folder / "state.json").string());
  state.kept = CheckpointStore::kept(checkpoint);
  if (CheckpointStore::has(checkpoint, "scores")) {
    for (const auto& [name, values] : CheckpointStore::read(checkpoint, "scores")) {
      state.scored_items[name] = values_of<double>(values);
    }
  }
  state.model = build_model(config);
  ParameterTree& parameters = state.model->parameters();
  const bool adapted = CheckpointStore::has(checkpoint, "adapters");
  const char* stem = adapted ? "base" : "model";
  load_parameters(parameters, CheckpointStore::read_weights(checkpoint, stem),
                  (checkpoint.folder / stem).string() + ".safetensors");
  parameters.move_to(device);
  if (!adapted) return std::make_unique<TrainState>(std::move(state));
  LoRAConfig saved = lora;
  saved.trained_tokens = state.progress.trained_tokens;
  LoRAParams adapters = read_adapters(checkpoint, parameters, saved);
  return std::make_unique<LoRATrainState>(
      with_adapters(std::move(state), std::move(adapters), saved));
}

std::unique_ptr<TrainState> restore_state(const CheckpointInfo& checkpoint,
                                          const ModelConfig& config,
                                          const OptimizerConfig& optimizer, const LoRAConfig& lora,
                                          at::Device device) {
  std::unique_ptr<TrainState> state = restore_weights(checkpoint, config, lora, device);
  if (state->adapted()) {
    state->optimizer = make_adapter_optimizer(optimizer, state->trainables());
  } else {
    require_gradients(state->model->parameters());
    state->optimizer = make_optimizer(optimizer, state->trainables());
  }
  state->optimizer->load_state(CheckpointStore::read(checkpoint, "optimizer"));
  return state;
}

void freeze_base(TrainState& state, const ModelConfig& config, const LoRAConfig& lora) {
  state.optimizer.reset();
  ParameterTree& parameters = state.model->parameters();
  TableCopies copies = TableCopies::kCompared;
  for (const std::string& adapter : lora.base_adapters) {
    merge_peft_folder(weighted_folder(adapter), config, parameters, copies);
    copies = TableCopies::kIgnored;
  }
  freeze_parameters(parameters, lora.base_dtype);
  state.progress.base_id = content_id(base_parameters(parameters));
}

namespace {

/// The adapters of a PEFT folder under the run's own settings, which were filled from it.
LoRAParams continue_adapters(ParameterTree& parameters, const ModelConfig& config,
                             const LoRAConfig& lora) {
  const TableCopies copies =
      lora.base_adapters.empty() ? TableCopies::kCompared : TableCopies::kIgnored;
  return attach_lora_params(
      parameters, read_peft_folder(lora.from_adapter, config, parameters, copies).tensors, lora);
}

}  // namespace

LoRATrainState transition_to_lora(TrainState state, const ModelConfig& config,
                                  const LoRAConfig& lora, const OptimizerConfig& optimizer) {
  if (state.progress.base_id.empty()) freeze_base(state, config, lora);
  ParameterTree& parameters = state.model->parameters();
  LoRAParams adapters = lora.from_adapter.empty()
                            ? inject_lora_params(parameters, lora, state.progress.seed)
                            : continue_adapters(parameters, config, lora);
  LoRATrainState adapted = with_adapters(std::move(state), std::move(adapters), lora);
  if (changes_base(lora)) adapted.progress.base_id = content_id(base_parameters(parameters));
  adapted.progress.enter_phase(adapted.progress.phase + 1);
  adapted.optimizer = make_adapter_optimizer(optimizer, adapted.trainables());
  return adapted;
}

}  // namespace twofold
