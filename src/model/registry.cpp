// The families, one line each.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "model/families.h"

namespace twofold {
namespace {

struct Family {
  std::unique_ptr<ModelConfig> (*make)();
  std::vector<std::string> hf_types;  ///< `model_type`s of Hugging Face configs
};

const std::map<std::string, Family>& families() {
  static const std::map<std::string, Family> kFamilies = {
      {"gpt", {make_gpt_config, {"gpt2"}}},
      {"llama",
       {make_llama_config, {"llama", "mistral", "smollm3", "gemma", "gemma2", "gemma3_text"}}},
      {"qwen", {make_qwen_config, {"qwen2", "qwen3"}}},
      {"gpt_neox", {make_gpt_neox_config, {"gpt_neox"}}},
  };
  return kFamilies;
}

const Family& find_family(const std::string& name) {
  const auto found = families().find(name);
  if (found != families().end()) return found->second;
  fail({.what = "unknown model family",
        .where = "the model's family",
        .expected = "one of: " + join(model_families(), ", "),
        .found = name,
        .hint = did_you_mean(name, model_families(), "choose one of these")});
}

}  // namespace

std::vector<std::string> model_families() {
  std::vector<std::string> names;
  for (const auto& [name, family] : families()) names.push_back(name);
  return names;
}

std::unique_ptr<ModelConfig> make_model_config(const std::string& family) {
  return find_family(family).make();
}

const std::vector<std::string>& hf_model_types(const std::string& family) {
  return find_family(family).hf_types;
}

std::string family_of_model_type(const std::string& model_type, const std::string& where) {
  std::vector<std::string> known;
  for (const auto& [name, family] : families()) {
    const auto& types = family.hf_types;
    if (std::find(types.begin(), types.end(), model_type) != types.end()) return name;
    known.insert(known.end(), types.begin(), types.end());
  }
  fail({.what = "models of this type are not supported",
        .where = where,
        .expected = "one of: " + join(known, ", "),
        .found = model_type,
        .hint = did_you_mean(model_type, known, "choose a model of one of these kinds")});
}

}  // namespace twofold
