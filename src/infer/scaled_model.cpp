#include "infer/scaled_model.h"

#include <fmt/format.h>

#include "base/error.h"
#include "interop/peft/merge.h"
#include "twofold/lora/lora.h"

namespace twofold {
namespace {

std::vector<std::string> scaled(const std::vector<std::string>& folders, double scale) {
  std::vector<std::string> result;
  for (const std::string& folder : folders) {
    const WeightedFolder adapter = weighted_folder(folder);
    result.push_back(fmt::format("{}:{}", adapter.folder.string(), adapter.weight * scale));
  }
  return result;
}

}  // namespace

LoadedModel load_scaled_model(const ModelSource& source, double scale) {
  ModelSource now = source;
  if (scale == 0) {
    now.adapter_folders.clear();
    now.adapters = false;
    return load_model(now);
  }
  if (scale == 1) return load_model(now);
  if (!source.adapter_folders.empty()) {
    now.adapter_folders = scaled(source.adapter_folders, scale);
    return load_model(now);
  }
  LoadedModel loaded = load_model(now);
  ParameterTree& parameters = loaded.model->parameters();
  if (!has_adapters(parameters)) {
    fail({.what = "no adapters to scale",
          .where = fmt::format("--adapter-scale {} with {}", scale, source.model),
          .expected = "a run in phase 2, or a model with --adapter",
          .found = "a model without adapters",
          .hint = "give --adapter DIR, or leave --adapter-scale out"});
  }
  widen(loaded);  // what is added is not to be rounded to a narrow dtype
  unpack_parameters(parameters);
  fold_adapters(parameters, scale);
  return loaded;
}

}  // namespace twofold
