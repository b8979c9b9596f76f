#include "interop/hf_folder.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold {
namespace {

/// The family of a model_type. Llama's takes what has its shape, Qwen's all of its generations.
std::string family_of(const std::string& model_type) {
  const std::vector<std::pair<std::string, std::string>> kPrefixes = {
      {"gpt_neox", "gpt_neox"}, {"gpt2", "gpt"}, {"qwen", "qwen"}};
  for (const auto& [prefix, family] : kPrefixes) {
    if (model_type.starts_with(prefix)) return family;
  }
  return "llama";
}

}  // namespace

std::unique_ptr<ModelConfig> read_hf_folder_config(const Path& folder) {
  const Path file = folder / "config.json";
  const nlohmann::json json = formats::parse_json(read_text(file), file.string());
  const bool named =
      json.is_object() && json.contains("model_type") && json.at("model_type").is_string();
  if (!named) {
    fail({.what = "config.json does not say which architecture it is for",
          .where = file.string() + ": model_type",
          .expected = "a text such as llama"});
  }
  auto config = make_model_config(family_of(json.at("model_type").get<std::string>()));
  config->from_hf(json, file.string());
  return config;
}

}  // namespace twofold
