#include "infer/loaded_model.h"

#include <fmt/format.h>
#include <twofold/processor.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "formats/hub_cache.h"
#include "interop/peft/config.h"
#include "interop/peft/merge.h"
#include "model/families/registry.h"
#include "run/adapters/warm_start.h"
#include "tensor/device.h"
#include "tensor/dtype.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

LoadedModel load_folder(const ModelSource& source) {
  const Path folder = formats::hub_folder(source.model);
  std::error_code ignored;
  if (!std::filesystem::exists(folder / "config.json", ignored)) {
    const bool adapter = std::filesystem::exists(folder / kPeftConfigFile, ignored);
    fail({.what = "no model here",
          .where = folder.string(),
          .expected = "a Hugging Face folder with a config.json",
          .found = adapter                                    ? "an adapter"
                   : std::filesystem::exists(folder, ignored) ? "no config.json in it"
                                                              : formats::absence(folder),
          .hint = adapter ? "give the model that it is for, and --adapter with this folder"
                          : "for a run, give its NAME and ROOT"});
  }
  LoadedModel loaded{.name = source.model, .run = {}, .folder = folder, .own = {}, .model = {}};
  loaded.own = config_of_hf_folder(folder);
  loaded.own->activation_dtype = "float32";
  if (!asks_to_untie(source.adapter_folders, *loaded.own).empty()) loaded.own->untie_head();
  loaded.model = loaded.own->build();
  map_hf_weights(*loaded.model, *loaded.own, folder);
  if (!source.device.empty()) {
    loaded.model->parameters().move_to(device_of(source.device, "--device"));
  }
  return loaded;
}

LoadedModel load_from_run(const ModelSource& source) {
  const ExecutionSpec spec{
      .name = source.model, .project = source.project, .group = source.group, .root = source.root};
  LoadedModel loaded{.name = source.model, .run = {}, .folder = {}, .own = {}, .model = {}};
  loaded.run = load_run(spec, source.checkpoint, source.device);
  loaded.model = std::move(loaded.run->state->model);
  if (!source.adapters) detach_lora_params(loaded.model->parameters());
  return loaded;
}

bool is_wide(const Weight& weight) {
  return !weight.packed && weight.value.scalar_type() == at::kFloat;
}

/// Puts the folders on the model: the last as it is, those below it added to the weights.
void put_on(const std::vector<std::string>& folders, const ModelSource& source,
            LoadedModel& loaded) {
  ParameterTree& parameters = loaded.model->parameters();
  if (has_adapters(parameters) && !folders.empty()) {
    fail({.what = "the run has adapters of its own",
          .where = "--adapter with " + source.model,
          .expected = "a run without adapters, or a model's folder",
          .found = "a run in phase 2",
          .hint = "give --adapters-off to put others on its frozen base"});
  }
  if (!folders.empty()) unpack_parameters(parameters);
  for (size_t i = 0; i < folders.size(); ++i) {
    const WeightedFolder adapter = weighted_folder(folders[i]);
    const TableCopies copies = i == 0 ? TableCopies::kCompared : TableCopies::kIgnored;
    if (i + 1 == folders.size() && adapter.weight == 1) {
      load_peft_folder(adapter.folder, loaded.config(), parameters, copies);
    } else {
      merge_peft_folder(adapter, loaded.config(), parameters, copies);
    }
  }
}

at::ScalarType activation_of(const std::string& dtype) {
  const std::vector<std::string> known = {"float32", "bfloat16"};
  if (dtype.empty()) return at::kFloat;
  if (std::find(known.begin(), known.end(), dtype) != known.end()) return scalar_type(dtype);
  fail({.what = "no dtype that a model computes in",
        .where = "--dtype",
        .expected = "one of " + join(known, ", "),
        .found = dtype,
        .hint = did_you_mean(dtype, known)});
}

HfGeneration generation_of(const LoadedRun& run) {
  const auto file = run.files().find(kGenerationConfig);
  if (file == run.files().end()) return {.end_tokens = run.model_config().eos_token_id};
  const Path path = CheckpointStore::kept_folder(run.checkpoint) / kGenerationConfig;
  return hf_generation(run.model_config(), file->second, path.string());
}

}  // namespace

bool LoadedModel::ends_as_documents() const {
  return run && (!run->files().contains(kGenerationConfig) || generation().end_tokens.empty());
}

HfGeneration LoadedModel::generation() const {
  HfGeneration found = own ? hf_generation(*own, folder) : generation_of(*run);
  std::erase_if(found.end_tokens, [&](int64_t id) { return id < 0 || id >= config().vocab_size; });
  return found;
}

LoadedModel load_model_below(const ModelSource& source) {
  instruction_set();  // refuses what could not be computed, before anything is read
  const at::ScalarType activation = activation_of(source.dtype);
  LoadedModel loaded = source.root.empty() ? load_folder(source) : load_from_run(source);
  loaded.model->set_activation(activation);
  return loaded;
}

LoadedModel load_model(const ModelSource& source) {
  LoadedModel loaded = load_model_below(source);
  // What is added to weights is not to be rounded to a narrow dtype.
  const bool parts = std::ranges::any_of(source.adapter_folders, [](const std::string& folder) {
    return weighted_folder(folder).weight != 1;
  });
  if (parts || source.adapter_folders.size() > 1) widen(loaded);
  put_on(source.adapter_folders, source, loaded);
  return loaded;
}

void widen(LoadedModel& loaded) {
  ParameterTree& parameters = loaded.model->parameters();
  int64_t bytes = 0;
  for (const Parameter& parameter : parameters.all()) {
    if (is_wide(parameter.weight)) continue;
    bytes += parameter.count() * static_cast<int64_t>(sizeof(float));
  }
  if (bytes == 0 || 2 * bytes > available_memory_bytes()) return;
  unpack_parameters(parameters);
  for (Parameter& parameter : parameters.all()) {
    parameter.weight.value = parameter.weight.value.to(at::kFloat);
  }
}

void check_ids(std::span<const int64_t> ids, const ModelConfig& config, const std::string& where) {
  if (std::ssize(ids) > config.positions()) {
    fail({.what = "more ids than the model's context holds",
          .where = where,
          .expected = fmt::format("at most {}", config.positions()),
          .found = std::to_string(ids.size()),
          .hint = "give fewer: cut the text into pieces"});
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= 0 && ids[i] < config.vocab_size) continue;
    fail({.what = "an id outside the model's vocabulary",
          .where = fmt::format("{}, ids[{}]", where, i),
          .expected = fmt::format("0 to {}", config.vocab_size - 1),
          .found = std::to_string(ids[i]),
          .hint = "encode the text with the model's own tokenizer"});
  }
}

}  // namespace twofold
