// Reading adapter_config.json: what is understood, what may be passed over, and what may not.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"
#include "interop/peft_config.h"

namespace twofold {
namespace {

using nlohmann::json;

/// Keys that say where an adapter comes from or how it was trained, not what it computes.
constexpr std::array kWithoutMeaning = {"auto_mapping",      "base_model_name_or_path",
                                        "revision",          "inference_mode",
                                        "peft_version",      "megatron_core",
                                        "qalora_group_size", "loftq_config",
                                        "eva_config",        "corda_config",
                                        "lora_ga_config",    "runtime_config",
                                        "task_type",         "peft_type",
                                        "init_lora_weights"};

/// Of ranks and alphas: what is beyond is no number that anybody meant.
constexpr double kMost = 1e9;

/// Starts that leave the base as it was.
constexpr std::array kPlainStarts = {"gaussian", "eva", "orthogonal"};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool means_nothing(const json& value) {
  return value.is_null() || value == false ||
         ((value.is_object() || value.is_array()) && value.empty());
}

class Reader {
 public:
  Reader(const std::string& text, std::string file)
      : config_(formats::parse_json(text, file)),
        in_order_(nlohmann::ordered_json::parse(text)),
        file_(std::move(file)) {
    if (config_.is_object()) return;
    fail({.what = "not a PEFT configuration",
          .where = file_,
          .expected = "a JSON object",
          .found = config_.type_name(),
          .hint = "save the adapter again with PEFT's save_pretrained"});
  }

  void problem(const std::string& key, std::string what, std::string expected, const json& found,
               std::string hint = "save the adapter again with PEFT, without this option") {
    problems_.push_back({.what = std::move(what),
                         .where = file_ + ": " + key,
                         .expected = std::move(expected),
                         .found = formats::printable(found.dump()),
                         .hint = std::move(hint)});
  }

  /// The value, or null; counts as read.
  const json& take(const std::string& key) {
    static const json kNull;
    read_.insert(key);
    const auto found = config_.find(key);
    return found == config_.end() ? kNull : *found;
  }

  void flag(const std::string& key, bool& to) {
    const json& value = take(key);
    if (value.is_boolean())
      to = value.get<bool>();
    else if (!value.is_null())
      problem(key, "wrong type", "true or false", value);
  }

  void number(const std::string& key, double& to, double least, double below) {
    const json& value = take(key);
    if (value.is_null()) return;
    if (!value.is_number() || !(value.get<double>() >= least) || !(value.get<double>() < below)) {
      return problem(key, "not a possible value",
                     fmt::format("a number of at least {} and below {}", least, below), value);
    }
    to = value.get<double>();
  }

  std::vector<std::string> texts(const std::string& key) {
    const json& value = take(key);
    std::vector<std::string> all;
    if (value.is_null()) return all;
    if (value.is_string()) return {value.get<std::string>()};
    if (!value.is_array()) {
      problem(key, "wrong type", "a list of names", value);
      return all;
    }
    for (const json& item : value) {
      if (item.is_string())
        all.push_back(item.get<std::string>());
      else
        problem(key, "wrong type", "a list of names", item);
    }
    return all;
  }

  PeftNames names(const std::string& key) {
    const json& value = take(key);
    if (!value.is_string()) return {.list = texts(key)};
    const std::string text = value.get<std::string>();
    if (lower(text) == "all-linear") return {.all_linear = true};
    return {.pattern = Pattern(text, file_ + ": " + key)};
  }

  std::vector<int64_t> layers(const std::string& key) {
    const json& value = take(key);
    std::vector<int64_t> all;
    if (value.is_null()) return all;
    for (const json& item : value.is_array() ? value : json::array({value})) {
      if (item.is_number_unsigned())
        all.push_back(item.get<int64_t>());
      else
        problem(key, "wrong type", "a layer's number or a list of them", item);
    }
    return all;
  }

  PeftPattern pattern(const std::string& key, bool whole) {
    const json& value = take(key);
    PeftPattern all;
    if (value.is_null()) return all;
    if (!value.is_object()) {
      problem(key, "wrong type", "an object of numbers", value);
      return all;
    }
    for (const auto& [name, item] : in_order_.at(key).items()) {
      const bool fits = item.is_number() && item.get<double>() > 0 && item.get<double>() < kMost &&
                        (!whole || item.is_number_unsigned());
      if (fits) {
        all.emplace_back(name, item.get<double>());
      } else {
        problem(key + "/" + name, "not a possible value",
                fmt::format("a {}number above 0 and below {}", whole ? "whole " : "", kMost), item);
      }
    }
    return all;
  }

  PeftTokens tokens(const std::string& key) {
    const json& value = take(key);
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
        problem(module.empty() ? key : key + "/" + module, "not a list of token ids",
                "numbers from 0 on, each once", list);
    }
    return all;
  }

  void check_kind() {
    const json& type = take("peft_type");
    if (type != "LORA") problem("peft_type", "another kind of adapter", "\"LORA\"", type);
    const json& task = take("task_type");
    if (!task.is_null() && task != "CAUSAL_LM") {
      problem("task_type", "an adapter for another task", "\"CAUSAL_LM\"", task);
    }
    const json& start = take("init_lora_weights");
    const bool plain =
        start.is_null() || start.is_boolean() ||
        (start.is_string() && std::find(kPlainStarts.begin(), kPlainStarts.end(),
                                        start.get<std::string>()) != kPlainStarts.end());
    if (!plain) {
      problem("init_lora_weights", "the adapter's start was taken out of its base model",
              "true, false, \"gaussian\", \"eva\" or \"orthogonal\"", start,
              "save it in PEFT with path_initial_model_for_weight_conversion");
    }
  }

  /// Everything that has not been read must say nothing.
  void finish() {
    for (const char* key : kWithoutMeaning) read_.insert(key);
    for (const auto& [key, value] : config_.items()) {
      if (read_.contains(key) || means_nothing(value)) continue;
      problem(key, "an option that is not supported and changes what the adapter means",
              "no such key, or null or false", value);
    }
    if (!problems_.empty()) throw Error(std::move(problems_));
  }

 private:
  json config_;
  nlohmann::ordered_json in_order_;
  std::string file_;
  std::set<std::string> read_;
  std::vector<Problem> problems_;
};

}  // namespace

PeftConfig read_peft_config(const Path& file) {
  if (!std::filesystem::exists(file)) {
    fail({.what = "not a PEFT folder",
          .where = file.parent_path().string(),
          .expected = std::string(kPeftConfigFile) + " and " + kPeftWeightsFile,
          .found = std::string("no ") + kPeftConfigFile,
          .hint = "give the folder that PEFT's save_pretrained wrote"});
  }
  Reader reader(read_text(file), file.string());
  PeftConfig config;
  reader.check_kind();
  double rank = static_cast<double>(config.r);
  reader.number("r", rank, 1, kMost);
  if (rank != std::floor(rank)) reader.problem("r", "wrong type", "a whole number", rank);
  config.r = static_cast<int64_t>(rank);
  reader.number("lora_alpha", config.lora_alpha, 0, kMost);
  reader.number("lora_dropout", config.lora_dropout, 0, 1);
  reader.flag("fan_in_fan_out", config.fan_in_fan_out);
  reader.flag("use_rslora", config.use_rslora);
  reader.flag("use_dora", config.use_dora);
  reader.flag("ensure_weight_tying", config.ensure_weight_tying);
  config.target_modules = reader.names("target_modules");
  config.exclude_modules = reader.names("exclude_modules");
  config.modules_to_save = reader.texts("modules_to_save");
  config.layers_to_transform = reader.layers("layers_to_transform");
  config.layers_pattern = reader.texts("layers_pattern");
  config.rank_pattern = reader.pattern("rank_pattern", /*whole=*/true);
  config.alpha_pattern = reader.pattern("alpha_pattern", /*whole=*/false);
  config.trainable_tokens = reader.tokens("trainable_token_indices");
  const nlohmann::json& bias = reader.take("bias");
  if (bias == "all" || bias == "lora_only")
    config.bias = bias.get<std::string>();
  else if (!bias.is_null() && bias != "none") {
    reader.problem("bias", "not one of its choices", "none, all or lora_only", bias);
  }
  const PeftNames& targets = config.target_modules;
  if (targets.list.empty() && !targets.pattern && !targets.all_linear) {
    reader.problem("target_modules", "the adapter does not say what it adapts", "a list of names",
                   nullptr);
  }
  reader.finish();
  return config;
}

}  // namespace twofold
