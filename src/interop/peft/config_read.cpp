// Reading adapter_config.json: what is understood, what may be passed over, and what may not.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/ascii.h"
#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/json_reader.h"
#include "interop/peft/config.h"
#include "interop/peft/foreign.h"
#include "interop/peft/keys.h"

namespace twofold {
namespace {

using formats::JsonReader;
using nlohmann::json;
using nlohmann::ordered_json;

/// Keys that say where an adapter comes from or how it was trained, not what it computes.
const std::set<std::string> kWithoutMeaning = {
    "auto_mapping", "base_model_name_or_path", "revision",  "inference_mode",
    "peft_version", "runtime_config",          "task_type", "peft_type"};

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

/// A rank, which may be written as 8.0.
int64_t whole_rank(const JsonReader& reader, const std::string& key, int64_t otherwise) {
  const double number = reader.number(key, static_cast<double>(otherwise), kRankRange);
  if (number == std::floor(number)) return static_cast<int64_t>(number);
  reader.problem(key, "a value of the wrong type", "a whole number");
  return otherwise;
}

PeftNames names(const JsonReader& reader, const std::string& key) {
  const json& value = reader.field(key);
  if (!value.is_string()) return {.list = reader.texts(key)};
  const std::string text = value.get<std::string>();
  if (ascii_lower(text) == "all-linear") return {.all_linear = true};
  return {.pattern = Pattern(text, reader.file() + ": " + key)};
}

std::vector<int64_t> layers(const JsonReader& reader, const std::string& key) {
  const json& value = reader.field(key);
  std::vector<int64_t> all;
  if (value.is_null()) return all;
  for (const json& item : value.is_array() ? value : json::array({value})) {
    if (item.is_number_unsigned())
      all.push_back(item.get<int64_t>());
    else
      reader.problem_at(key, "wrong type", "a layer's number or a list of them", item);
  }
  return all;
}

std::string known_types() {
  std::vector<std::string> types;
  for (const PeftKeys* keys : peft_keys()) {
    types.push_back(std::string("\"") + keys->type() + "\"");
  }
  return join(types, " or ");
}

/// The keys of the folder's type; another type is read on as LoRA's, for its other problems.
const PeftKeys& check_kind(const JsonReader& reader) {
  const json& type = reader.field("peft_type");
  const PeftKeys* keys = type.is_string() ? find_peft_keys(type.get<std::string>()) : nullptr;
  if (!keys) reader.problem("peft_type", "another kind of adapter", known_types());
  const json& task = reader.field("task_type");
  if (!task.is_null() && task != "CAUSAL_LM") {
    reader.problem("task_type", "an adapter for another task", "\"CAUSAL_LM\"");
  }
  return keys ? *keys : peft_lora_keys();
}

std::string read_bias(const JsonReader& reader, const PeftKeys& keys) {
  const json& bias = reader.field("bias");
  if (bias.is_null() || bias == "none") return "none";
  if (bias == "all") return "all";
  if (bias == keys.adapted_biases()) return kAdaptedBiases;
  reader.problem("bias", "not one of its choices",
                 std::string("none, all or ") + keys.adapted_biases());
  return "none";
}

bool says_nothing(const json& value) {
  return value.is_null() || value == false ||
         ((value.is_object() || value.is_array()) && value.empty());
}

/// Every key that has not been read must say nothing, unless it is without meaning.
void refuse_unknown(const JsonReader& reader) {
  for (const std::string& key : reader.unread()) {
    if (kWithoutMeaning.contains(key) || says_nothing(reader.field(key))) continue;
    reader.problem(key, "an option that is not supported and changes what the adapter means",
                   "no such key, or null or false");
  }
}

}  // namespace

/// `in_order`: the file as it is written; of two patterns that fit, the first counts.
PeftPattern read_pattern(const JsonReader& reader, const ordered_json& in_order,
                         const std::string& key, bool whole) {
  const json& value = reader.field(key);
  PeftPattern all;
  if (value.is_null()) return all;
  if (!value.is_object()) {
    reader.problem(key, "wrong type", "an object of numbers");
    return all;
  }
  const Constraint& range = whole ? kRankRange : kAlphaRange;
  for (const auto& [name, item] : in_order.at(key).items()) {
    const double number = item.is_number() ? item.get<double>() : kNoNumber;
    if (range.allows(number) && !(whole && number != std::floor(number))) {
      all.emplace_back(name, number);
    } else {
      reader.problem_at(key + "/" + name, "not a possible value",
                        fmt::format("a {}number {}", whole ? "whole " : "", range.range_text()),
                        item);
    }
  }
  return all;
}

PeftTokens read_tokens(const JsonReader& reader, const std::string& key) {
  const json& value = reader.field(key);
  PeftTokens all;
  if (value.is_null()) return all;
  json by_module = value;
  if (!value.is_object()) by_module = json::object({{"", value}});
  for (const auto& [module, list] : by_module.items()) {
    std::set<int64_t> ids;
    const bool fits = list.is_array() && !list.empty() &&
                      std::all_of(list.begin(), list.end(), [&](const json& id) {
                        return id.is_number_unsigned() && id.get<uint64_t>() <= INT32_MAX &&
                               ids.insert(id.get<int64_t>()).second;
                      });
    if (fits)
      all[module] = list.get<std::vector<int64_t>>();
    else
      reader.problem_at(module.empty() ? key : key + "/" + module, "not a list of token ids",
                        "numbers from 0 on, each once", list);
  }
  return all;
}

PeftConfig read_peft_config(const Path& file) {
  if (!std::filesystem::exists(file)) fail_no_config(file.parent_path());
  const std::string text = read_text(file);
  const json document = formats::parse_json(text, file.string());
  const JsonReader reader(document, file.string(),
                          "save the adapter again with PEFT, without this option");
  reader.finish();
  refuse_foreign(reader, file.parent_path());
  PeftConfig config;
  const PeftKeys& keys = check_kind(reader);
  config.peft_type = keys.type();
  config.r = whole_rank(reader, "r", config.r);
  config.lora_dropout = reader.number(keys.dropout_key(), config.lora_dropout,
                                      {.min = 0, .max = 1, .exclusive_max = true});
  config.fan_in_fan_out = reader.flag("fan_in_fan_out", config.fan_in_fan_out);
  config.ensure_weight_tying = reader.flag("ensure_weight_tying", config.ensure_weight_tying);
  config.target_modules = names(reader, "target_modules");
  config.exclude_modules = names(reader, "exclude_modules");
  config.modules_to_save = reader.texts("modules_to_save");
  config.layers_to_transform = layers(reader, "layers_to_transform");
  config.layers_pattern = reader.texts("layers_pattern");
  const ordered_json in_order = ordered_json::parse(text);
  keys.read_keys(reader, in_order, config);
  config.bias = read_bias(reader, keys);
  const PeftNames& targets = config.target_modules;
  if (targets.list.empty() && !targets.pattern && !targets.all_linear) {
    reader.problem("target_modules", "the adapter does not say what it adapts", "a list of names");
  }
  refuse_unknown(reader);
  reader.finish();
  return config;
}

}  // namespace twofold
