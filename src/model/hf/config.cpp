// Reads config.json into our settings.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/shape.h"
#include "config/fields.h"
#include "formats/hub_cache.h"
#include "formats/json.h"
#include "formats/json_reader.h"
#include "formats/sharded.h"
#include "model/hf/hugging_face.h"
#include "tensor/dtype.h"
#include "twofold/config/field.h"

namespace twofold {
namespace {

/// Settings that are the run's own, whatever the weights are.
bool is_free(const std::string& key) {
  return key.starts_with("architecture/dtype/") || key.ends_with("dropout") ||
         key == "architecture/checkpointing" || key.starts_with("architecture/backbone/");
}

std::vector<std::pair<std::string, std::string>> texts(const config::Fields& fields) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& field : fields.all()) {
    if (!is_free(field->key)) out.emplace_back(field->key, config::value_text(*field));
  }
  return out;
}

/// The family's defaults: `configure` writes all of them out, so who says one says nothing.
std::map<std::string, std::string> defaults_of(const ModelConfig& config) {
  const std::unique_ptr<ModelConfig> fresh = config.defaults();
  config::Fields fields = config::fields_of(*fresh);
  const auto all = texts(fields);
  return {all.begin(), all.end()};
}

/// "-1" asks for a derived size, which no checkpoint contradicts.
bool is_derived(const std::string& key, const std::string& value) {
  return value == "-1" &&
         (key.ends_with("/n_kv_head") || key.ends_with("/head_dim") ||
          key.ends_with("/intermediate_size") || key.ends_with("/max_position_embeddings"));
}

Problem nothing_to_untie(const Path& file) {
  return {.what = "there is nothing to untie",
          .where = "architecture/backbone/untie",
          .expected = "weights whose embedding is their head as well",
          .found = "a head of its own, as " + file.string() + " says",
          .hint = "leave the key out"};
}

Problem contradiction(const std::string& key, const std::string& wanted, const std::string& value,
                      const Path& file) {
  return {.what = "a setting contradicts the weights",
          .where = key,
          .expected = value + ", as in " + file.string(),
          .found = wanted,
          .hint = "leave the key out: it is filled from the weights"};
}

}  // namespace

Path hf_config_file(const Path& folder) { return formats::hub_folder(folder) / "config.json"; }

std::vector<std::pair<std::string, std::string>> configure_from_hf(
    ModelConfig& config, const Path& folder, const std::vector<std::string>& explicit_keys) {
  const Path file = hf_config_file(folder);
  const nlohmann::json json = formats::parse_json(read_text(file), file.string());
  config::Fields fields = config::fields_of(config);
  const auto wanted = texts(fields);
  const int64_t wanted_block = config.block_size;
  hf_format(config).from_hf(json, file.string());
  std::vector<Problem> problems;
  if (config.untie && !config.tie_word_embeddings) problems.push_back(nothing_to_untie(file));

  const auto defaults = defaults_of(config);
  std::vector<std::pair<std::string, std::string>> filled;
  const auto found = texts(fields);
  for (size_t i = 0; i < found.size(); ++i) {
    const auto& [key, value] = found[i];
    // Untied weights are tied in their folder and not in the run: either may be said of them.
    if (config.untie && key == "architecture/tie_word_embeddings") continue;
    const bool is_set =
        std::find(explicit_keys.begin(), explicit_keys.end(), key) != explicit_keys.end();
    if (is_set && key == "architecture/block_size" && wanted_block <= config.block_size) {
      config.block_size = wanted_block;
    } else if (!is_set || is_derived(key, wanted[i].second) ||
               wanted[i].second == defaults.at(key)) {
      filled.emplace_back(key, value);
    } else if (wanted[i].second != value) {
      problems.push_back(contradiction(key, wanted[i].second, value, file));
    }
  }
  throw_problems(std::move(problems));
  if (config.untie) config.untie_head();
  return filled;
}

namespace {

/// Settings that change greedy text, and the value of each that does not.
const std::vector<std::pair<const char*, nlohmann::json>>& greedy_settings() {
  static const nlohmann::json kNone = nlohmann::json::array();
  static const std::vector<std::pair<const char*, nlohmann::json>> kSettings = {
      {"num_beams", 1},
      {"penalty_alpha", 0},
      {"no_repeat_ngram_size", 0},
      {"encoder_no_repeat_ngram_size", 0},
      {"encoder_repetition_penalty", 1},
      {"min_length", 0},
      {"min_new_tokens", 0},
      {"guidance_scale", 1},
      {"suppress_tokens", kNone},
      {"begin_suppress_tokens", kNone},
      {"bad_words_ids", {}},
      {"force_words_ids", {}},
      {"forced_bos_token_id", {}},
      {"forced_eos_token_id", {}},
      {"sequence_bias", {}},
      {"exponential_decay_length_penalty", {}},
      {"stop_strings", {}},
      {"dola_layers", {}},
      {"watermarking_config", {}},
  };
  return kSettings;
}

}  // namespace

HfGeneration hf_generation(const ModelConfig& config, const Path& named) {
  const Path folder = formats::hub_folder(named);
  HfGeneration generation{.end_tokens = config.eos_token_id};
  std::error_code ignored;
  Path file = folder / kGenerationConfig;
  // Older folders have no file of its own for it.
  if (!std::filesystem::exists(file, ignored)) file = folder / "config.json";
  const nlohmann::json document = formats::parse_json(read_text(file), file.string());
  const formats::JsonReader reader(document, file.string(),
                                   "take it out of the file to generate without it");
  if (reader.has("eos_token_id")) generation.end_tokens = reader.integers("eos_token_id");
  generation.repetition_penalty = reader.number("repetition_penalty", 1.0, kPositive);
  for (const auto& [name, neutral] : greedy_settings()) {
    if (!reader.has(name) || reader.is(name, neutral)) continue;
    reader.problem(name, "a setting of the generation that is not supported",
                   neutral.is_null() ? "no such field" : neutral.dump());
  }
  reader.finish();
  return generation;
}

std::string hf_dtype(const Path& folder) {
  const formats::TensorFolder weights = formats::open_tensor_folder(folder);
  std::map<std::string, int64_t> elements;  // of each dtype
  for (const formats::LocatedTensor& tensor : weights.tensors) {
    elements[dtype_name(scalar_type(tensor.entry.dtype))] += element_count(tensor.entry.shape);
  }
  const auto most = std::max_element(elements.begin(), elements.end(),
                                     [](auto& a, auto& b) { return a.second < b.second; });
  return most == elements.end() ? "float32" : most->first;
}

}  // namespace twofold
