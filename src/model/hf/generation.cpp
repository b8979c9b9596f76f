// What a folder says of generation: generation_config.json, or config.json where there is none.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/is_file.h"
#include "formats/hub_cache.h"
#include "formats/json.h"
#include "formats/json_reader.h"
#include "model/hf/hugging_face.h"

namespace twofold {
namespace {

using nlohmann::json;

/// Settings that change greedy text, and the value of each that does not.
const std::vector<std::pair<const char*, json>>& greedy_settings() {
  static const json kNone = json::array();
  static const std::vector<std::pair<const char*, json>> kSettings = {
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

/// What a config.json of before may say besides.
constexpr const char* kOtherSettings[] = {
    "bos_token_id", "eos_token_id", "pad_token_id", "repetition_penalty",
    "do_sample",    "temperature",  "top_k",        "top_p",
    "min_p",        "typical_p",    "max_length"};

}  // namespace

std::string generation_config_of(const Path& named) {
  const Path folder = formats::hub_folder(named);
  const Path own = folder / kGenerationConfig, config = folder / "config.json";
  if (is_file(own)) return read_text(own);
  if (!is_file(config)) return {};
  const json said = formats::parse_json(read_text(config), config.string());
  json settings = json::object();
  const auto take = [&](const char* name) {
    if (said.is_object() && said.contains(name) && !said.at(name).is_null()) {
      settings[name] = said.at(name);
    }
  };
  for (const char* name : kOtherSettings) take(name);
  for (const auto& [name, neutral] : greedy_settings()) take(name);
  return settings.empty() ? "" : settings.dump(2) + "\n";
}

HfGeneration hf_generation(const ModelConfig& config, const std::string& text,
                           const std::string& file) {
  HfGeneration generation{.end_tokens = config.eos_token_id};
  const json document = formats::parse_json(text, file);
  const formats::JsonReader reader(document, file,
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

HfGeneration hf_generation(const ModelConfig& config, const Path& named) {
  const Path folder = formats::hub_folder(named);
  // Older folders have no file of its own for it.
  const Path own = folder / kGenerationConfig, file = is_file(own) ? own : folder / "config.json";
  return hf_generation(config, read_text(file), file.string());
}

}  // namespace twofold
