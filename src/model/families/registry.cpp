// The families, one line each.
#include "model/families/registry.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "model/families/families.h"
#include "model/hf/common.h"
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

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
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

std::unique_ptr<ModelConfig> config_of_hf(const nlohmann::json& json, const std::string& file) {
  const formats::JsonReader reader(json, file, kOtherModel);
  check_model_type(reader, known_model_types(), "models of this type are not supported");
  const std::string type = reader.text("model_type", "");
  for (const auto make : kFamilies) {
    auto config = make();
    if (!contains(hf_format(*config).hf_model_types(), type)) continue;
    hf_format(*config).from_hf(json, file);
    config->validate();
    return config;
  }
  throw Bug("kFamilies", __FILE__, __LINE__, "a known model_type that no family reads");
}

std::unique_ptr<ModelConfig> config_of_hf_folder(const Path& folder) {
  const Path file = folder / "config.json";
  return config_of_hf(formats::parse_json(read_text(file), file.string()), file.string());
}

}  // namespace twofold
