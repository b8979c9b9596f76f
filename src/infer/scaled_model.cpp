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

LoadedModel load_scaled_model(const ModelSource& source, double scale, const std::string& option) {
  if (!source.adapter_folders.empty()) {
    ModelSource now = source;
    if (scale == 0) {
      now.adapter_folders.clear();
      now.adapters = false;
    } else if (scale != 1) {
      now.adapter_folders = scaled(source.adapter_folders, scale);
    }
    return load_model(now);
  }
  LoadedModel loaded = load_model(source);
  ParameterTree& parameters = loaded.model->parameters();
  if (!has_adapters(parameters)) {
    fail({.what = "the model has no adapters",
          .where = fmt::format("{} with {}", option, source.model),
          .expected = "a run in phase 2, or a model with --adapter",
          .found = "a model that is the same with adapters on and off",
          .hint = fmt::format("name --adapter DIR, or leave out {}", option)});
  }
  if (scale == 0) {
    detach_lora_params(parameters);
  } else if (scale != 1) {
    widen(loaded);  // what is added is not to be rounded to a narrow dtype
    unpack_parameters(parameters);
    fold_adapters(parameters, scale);
  }
  return loaded;
}

}  // namespace twofold
