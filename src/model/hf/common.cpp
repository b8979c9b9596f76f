#include "model/hf/common.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace twofold {

void HfNames::add(std::string ours, std::string theirs, std::string alias) {
  tensors_.push_back({std::move(ours), std::move(theirs), false, std::move(alias)});
}

void HfNames::dense(const std::string& ours, const std::string& theirs, bool transpose, bool bias) {
  tensors_.push_back({ours + "/kernel", theirs + ".weight", transpose});
  if (bias) add(ours + "/bias", theirs + ".bias");
}

void HfNames::norm(const std::string& ours, const std::string& theirs, bool bias) {
  add(ours + "/weight", theirs + ".weight");
  if (bias) add(ours + "/bias", theirs + ".bias");
}

void check_model_type(const formats::JsonReader& reader, const std::vector<std::string>& supported,
                      const std::string& what) {
  const auto is_supported = [&](const formats::JsonReader& config) {
    return std::any_of(supported.begin(), supported.end(),
                       [&](const std::string& type) { return config.is("model_type", type); });
  };
  if (is_supported(reader)) return;
  const bool multimodal = is_supported(reader.child("text_config"));
  reader.problem("model_type", multimodal ? "a model of more than text" : what,
                 "one of: " + join(supported, ", "),
                 multimodal ? "save its text part as a model of its own: docs/models.md shows how"
                            : did_you_mean(reader.text("model_type", ""), supported,
                                           "choose a model of one of these kinds"));
  reader.finish();  // the other fields would only repeat it
}

void check_family(const formats::JsonReader& reader, const ModelConfig& config) {
  check_model_type(
      reader, hf_format(config).hf_model_types(),
      "these weights are of another architecture than the job's family " + config.family());
}

void refuse_quantised(const formats::JsonReader& reader) {
  if (!reader.has("quantization_config")) return;
  reader.problem("quantization_config", "quantised weights are not read",
                 "a folder of F32, BF16 or F16 weights",
                 "take the model as it was before; to train on 4 bits, base_dtype: nf4 packs it");
}

void read_special_ids(ModelConfig& config, const formats::JsonReader& reader) {
  config.bos_token_id = reader.integer("bos_token_id", -1);
  config.eos_token_id = reader.integers("eos_token_id");
  config.pad_token_id = std::max<int64_t>(-1, reader.integer("pad_token_id", -1));
}

nlohmann::json hf_config_frame(const ModelConfig& config, const std::string& dtype) {
  nlohmann::json out;
  // Null is written too: some classes of transformers assume an id where the field is missing.
  const auto id = [](int64_t value) {
    return value >= 0 ? nlohmann::json(value) : nlohmann::json();
  };
  out["bos_token_id"] = id(config.bos_token_id);
  out["pad_token_id"] = id(config.pad_token_id);
  out["eos_token_id"] = nullptr;
  if (config.eos_token_id.size() == 1) out["eos_token_id"] = config.eos_token_id[0];
  if (config.eos_token_id.size() > 1) out["eos_token_id"] = config.eos_token_id;
  out["initializer_range"] = 0.02;
  out["use_cache"] = true;
  out["torch_dtype"] = dtype;  // transformers 4
  out["dtype"] = dtype;        // transformers 5
  return out;
}

void set_architecture(nlohmann::json& config, const char* model_type, const char* architecture) {
  config["model_type"] = model_type;
  config["architectures"] = {architecture};
}

void not_exportable(const std::string& key, std::string expected, std::string found) {
  fail({.what = "Hugging Face's architecture cannot express this model",
        .where = key,
        .expected = std::move(expected),
        .found = std::move(found),
        .hint = "train a model that it can express, or keep the checkpoint as it is"});
}

}  // namespace twofold
