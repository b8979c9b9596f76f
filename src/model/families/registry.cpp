// The families, one line each.
#include "model/families/registry.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/json_reader.h"
#include "model/families/families.h"
#include "model/hf/format.h"

namespace twofold {
namespace {

constexpr std::array kFamilies = {make_gpt_config, make_gpt_neox_config, make_llama_config,
                                  make_qwen_config};

std::vector<std::string> known_model_types() {
  std::vector<std::string> known;
  for (const auto make : kFamilies) {
    const auto types = hf_format(*make()).hf_model_types();
    known.insert(known.end(), types.begin(), types.end());
  }
  return known;
}

}  // namespace

std::vector<std::string> model_families() {
  std::vector<std::string> names;
  for (const auto make : kFamilies) names.push_back(make()->family());
  return names;
}

std::unique_ptr<ModelConfig> make_model_config(const std::string& family) {
  for (const auto make : kFamilies) {
    auto config = make();
    if (config->family() == family) return config;
  }
  fail({.what = "unknown model family",
        .where = "the model's family",
        .expected = "one of: " + join(model_families(), ", "),
        .found = family,
        .hint = did_you_mean(family, model_families(), "choose one of these")});
}

std::string family_of_model_type(const std::string& model_type, const std::string& where) {
  for (const auto make : kFamilies) {
    const auto config = make();
    const auto& types = hf_format(*config).hf_model_types();
    if (std::find(types.begin(), types.end(), model_type) != types.end()) return config->family();
  }
  const std::vector<std::string> known = known_model_types();
  fail({.what = "models of this type are not supported",
        .where = where,
        .expected = "one of: " + join(known, ", "),
        .found = model_type,
        .hint = did_you_mean(model_type, known, "choose a model of one of these kinds")});
}

std::unique_ptr<ModelConfig> config_of_hf_folder(const Path& folder) {
  const Path file = folder / "config.json";
  const nlohmann::json json = formats::parse_json(read_text(file), file.string());
  HfReader reader(json, file.string());
  reader.model_type(known_model_types(), "models of this type are not supported");
  const std::string type = reader.text("model_type", "");
  auto config = make_model_config(family_of_model_type(type, file.string() + ": model_type"));
  hf_format(*config).from_hf(json, file.string());
  config->validate();
  return config;
}

}  // namespace twofold
