// The families, one line each.
#include <map>

#include "base/text.h"
#include "model/families.h"

namespace twofold {
namespace {

using Maker = std::unique_ptr<ModelConfig> (*)();

const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> table = {
      {"gpt", make_gpt_config},
      {"llama", make_llama_config},
      {"qwen", make_qwen_config},
      {"gpt_neox", make_gpt_neox_config},
  };
  return table;
}

}  // namespace

std::vector<std::string> model_families() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers()) names.push_back(name);
  return names;
}

std::unique_ptr<ModelConfig> make_model_config(const std::string& family) {
  const auto found = makers().find(family);
  if (found == makers().end()) {
    fail({.what = "unknown model family",
          .expected = "one of: " + join(model_families(), ", "),
          .found = family,
          .hint = did_you_mean(family, model_families())});
  }
  return found->second();
}

}  // namespace twofold
