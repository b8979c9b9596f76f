#pragma once
// adapter_config.json of PEFT: the keys that matter here, strictly read, sparingly written.

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "formats/json_reader.h"
#include "unicode/regex.h"

namespace twofold {

inline constexpr const char* kPeftConfigFile = "adapter_config.json";
inline constexpr const char* kPeftWeightsFile = "adapter_model.safetensors";
/// The value of optimization/lora/bias for the biases of adapted layers.
inline constexpr const char* kAdaptedBiases = "lora_only";
inline constexpr const char* kPeftPrefix = "base_model.model.";

/// Module names as a list (whole names, or ends of names that follow a dot) or as a regular
/// expression.
struct PeftNames {
  std::vector<std::string> list = {};
  std::optional<Pattern> pattern = {};
  bool all_linear = false;
  bool ends_in(const std::string& module) const;  ///< an entry is its end, behind a dot
  bool is(const std::string& module) const;       ///< exactly, or by the pattern
};

/// Values for some modules, in the file's order: the first key that matches a module decides.
using PeftPattern = std::vector<std::pair<std::string, double>>;
/// trainable_token_indices: rows of a table that are trained while the others stay frozen, keyed by
/// the end of the module's name; an empty key stands for the input embedding.
using PeftTokens = std::map<std::string, std::vector<int64_t>>;

struct PeftConfig {
  std::string peft_type = "LORA";  ///< see interop/peft/mapping.h
  int64_t r = 8;
  double lora_alpha = 8;
  double lora_dropout = 0;
  bool fan_in_fan_out = false;
  bool use_rslora = false;
  bool use_dora = false;
  std::string bias = "none";
  PeftNames target_modules;
  PeftNames exclude_modules;
  std::vector<std::string> modules_to_save;
  bool ensure_weight_tying = false;  ///< what holds for the table holds for a tied head too
  std::vector<int64_t> layers_to_transform;
  std::vector<std::string> layers_pattern;
  PeftPattern rank_pattern;
  PeftPattern alpha_pattern;
  PeftTokens trainable_tokens;
  std::map<std::string, double> own;  ///< keys of this peft_type only (keys.h)
  std::string base_model;             ///< base_model_name_or_path; written where it is known

  /// Whether PEFT would adapt the module (`dense`: a linear layer and not the head).
  bool targets(const std::string& module, bool dense) const;
  bool saves(const std::string& module) const;
  int64_t rank_of(const std::string& module) const;
  double alpha_of(const std::string& module) const;
};

/// Throws one Error with every problem: no file, another peft_type, a key of the wrong type, an
/// option that changes the meaning and is not supported, each named.
PeftConfig read_peft_config(const Path& file);
/// The text of adapter_config.json: only what differs from PEFT's defaults, and what every reader
/// asks for: peft_type, task_type, r, target_modules. Sorted keys, indent 2.
std::string peft_config_text(const PeftConfig& config);

/// The bound of ranks and alphas: a larger one must be a mistake.
inline constexpr double kMaxPeftNumber = 1e9;
/// Of `r` and of the ranks in rank_pattern; of `lora_alpha` and of those in alpha_pattern.
inline constexpr Constraint kRankRange{.min = 1, .max = kMaxPeftNumber};
inline constexpr Constraint kAlphaRange{.min = 0, .max = kMaxPeftNumber};
/// `value` as JSON; a whole number as an integer.
nlohmann::json peft_number(double value);
/// `in_order`: the same document in the order of the file; of two patterns that match, the first
/// counts.
PeftPattern read_pattern(const formats::JsonReader& reader, const nlohmann::ordered_json& in_order,
                         const std::string& key, bool whole);
PeftTokens read_tokens(const formats::JsonReader& reader, const std::string& key);

}  // namespace twofold
