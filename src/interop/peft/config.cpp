#include "interop/peft/config.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "interop/peft/keys.h"

namespace twofold {
namespace {

bool ends_behind_dot(const std::string& module, const std::string& end) {
  return module.size() > end.size() && module.ends_with(end) &&
         module[module.size() - end.size() - 1] == '.';
}

/// PEFT's rule for the keys of a pattern: the first that is the module's name or an end of it.
double from_pattern(const PeftPattern& pattern, const std::string& key, const std::string& module,
                    double otherwise) {
  for (const auto& [text, value] : pattern) {
    if (Pattern("(.*\\.)?(" + text + ")", key).matches(module)) return value;
  }
  return otherwise;
}

/// The number of the module's layer: the first numbered segment, behind a name that `pattern` gives
/// if there is one.
std::optional<int64_t> layer_of(const std::string& module, const std::vector<std::string>& names) {
  size_t begin = 0, previous_begin = 0, previous_size = 0;
  while (begin < module.size()) {
    const size_t end = std::min(module.find('.', begin), module.size());
    const std::string segment = module.substr(begin, end - begin);
    const std::string before = module.substr(previous_begin, previous_size);
    const bool numbered =
        !segment.empty() && segment.find_first_not_of("0123456789") == std::string::npos;
    const bool named =
        names.empty() || std::find(names.begin(), names.end(), before) != names.end();
    if (numbered && named && end < module.size()) return std::stoll(segment);
    previous_begin = begin;
    previous_size = end - begin;
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

bool PeftNames::is(const std::string& module) const {
  if (pattern) return pattern->matches(module);
  return std::find(list.begin(), list.end(), module) != list.end();
}

bool PeftNames::ends_in(const std::string& module) const {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& end) { return ends_behind_dot(module, end); });
}

bool PeftConfig::targets(const std::string& module, bool dense) const {
  if (exclude_modules.is(module) || exclude_modules.ends_in(module) || saves(module)) return false;
  if (target_modules.all_linear) return dense;
  if (target_modules.is(module)) return true;
  if (!target_modules.ends_in(module)) return false;
  if (layers_to_transform.empty()) return true;
  const std::optional<int64_t> layer = layer_of(module, layers_pattern);
  return layer && std::find(layers_to_transform.begin(), layers_to_transform.end(), *layer) !=
                      layers_to_transform.end();
}

/// PEFT's rule: the end of the name of the module, or of one that it lies in, dot or not.
bool PeftConfig::saves(const std::string& module) const {
  for (size_t end = 0; end < module.size(); ++end) {
    end = std::min(module.find('.', end), module.size());
    const std::string_view name(module.data(), end);
    const auto is_end = [&](const std::string& entry) { return name.ends_with(entry); };
    if (std::any_of(modules_to_save.begin(), modules_to_save.end(), is_end)) return true;
  }
  return false;
}

int64_t PeftConfig::rank_of(const std::string& module) const {
  return static_cast<int64_t>(
      from_pattern(rank_pattern, "rank_pattern", module, static_cast<double>(r)));
}

double PeftConfig::alpha_of(const std::string& module) const {
  return from_pattern(alpha_pattern, "alpha_pattern", module, lora_alpha);
}

nlohmann::json peft_number(double value) {
  if (value == std::floor(value) && std::abs(value) <= kMaxExact)
    return static_cast<int64_t>(value);
  return value;
}

std::string peft_config_text(const PeftConfig& config) {
  const PeftKeys* keys = find_peft_keys(config.peft_type);
  TWOFOLD_EXPECT(keys, "no keys for the peft_type " + config.peft_type);
  nlohmann::json json = {{"peft_type", config.peft_type},
                         {"task_type", "CAUSAL_LM"},
                         {"r", config.r},
                         {"target_modules", config.target_modules.list}};
  const auto add_if = [&](bool there, const char* key, nlohmann::json value) {
    if (there) json[key] = std::move(value);
  };
  add_if(config.lora_dropout != 0, keys->dropout_key(), config.lora_dropout);
  add_if(config.fan_in_fan_out, "fan_in_fan_out", true);
  add_if(config.bias == "all", "bias", config.bias);
  add_if(config.bias == kAdaptedBiases, "bias", keys->adapted_biases());
  add_if(!config.modules_to_save.empty(), "modules_to_save", config.modules_to_save);
  add_if(!config.base_model.empty(), "base_model_name_or_path", config.base_model);
  keys->write_keys(config, json);
  return json.dump(2) + "\n";
}

}  // namespace twofold
