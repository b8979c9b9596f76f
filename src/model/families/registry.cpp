// The families, one line each.
#include "model/families/registry.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "model/families/families.h"
#include "model/hf/common.h"
#include "model/hf/format.h"
#include "model/hf/hugging_face.h"

namespace twofold {
namespace {

using MakeFamily = std::function<std::unique_ptr<ModelConfig>()>;

/// Ours, then those of the program.
std::vector<MakeFamily>& families() {
  static std::vector<MakeFamily> all = {make_gpt_config, make_gpt_neox_config, make_llama_config,
                                        make_qwen_config};
  return all;
}

std::vector<std::string> known_model_types() {
  std::vector<std::string> known;
  for (const MakeFamily& make : families()) {
    const std::unique_ptr<ModelConfig> config = make();
    const HfFormat* format = find_hf_format(*config);
    if (!format) continue;
    const std::vector<std::string>& types = format->hf_model_types();
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
  for (const MakeFamily& make : families()) names.push_back(make()->family());
  return names;
}

void register_model_family(std::function<std::unique_ptr<ModelConfig>()> make) {
  const std::string family = make()->family();
  for (const std::string& known : model_families()) {
    if (known != family) continue;
    fail({.what = "a family of models is registered twice",
          .where = "register_model_family",
          .expected = "a name that no family has",
          .found = family,
          .hint = "choose another name for ModelConfig::family()"});
  }
  families().push_back(std::move(make));
}

std::unique_ptr<ModelConfig> make_model_config(const std::string& family) {
  for (const MakeFamily& make : families()) {
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
  for (const MakeFamily& make : families()) {
    auto config = make();
    const HfFormat* format = find_hf_format(*config);
    if (!format || !contains(format->hf_model_types(), type)) continue;
    hf_format(*config).from_hf(json, file);
    config->validate();
    return config;
  }
  throw Bug("families", __FILE__, __LINE__, "a known model_type that no family reads");
}

std::unique_ptr<ModelConfig> config_of_hf_folder(const Path& folder) {
  const Path file = hf_config_file(folder);
  return config_of_hf(formats::parse_json(read_text(file), file.string()), file.string());
}

}  // namespace twofold
