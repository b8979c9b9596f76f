#pragma once
// The settings of adapters, declared once.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "twofold/config/fields.h"

namespace twofold {

inline constexpr const char* kLoraSection = "optimization/lora/";

/// Rows of tables: leaf -> ids, each once.
using RowIds = std::map<std::string, std::vector<int64_t>>;

/// Settings that a variant declares in its own file, by key: "vera/seed". A field is bound to its
/// element, so an assignment keeps the elements and takes the values.
class VariantSettings {
 public:
  VariantSettings() = default;
  VariantSettings(const VariantSettings&) = default;
  VariantSettings& operator=(const VariantSettings& other);

  /// The element, made with `otherwise` if it is not there yet.
  double& number(const std::string& key, double otherwise);
  int64_t& integer(const std::string& key, int64_t otherwise);
  double number_or(const std::string& key, double otherwise) const;
  int64_t integer_or(const std::string& key, int64_t otherwise) const;

 private:
  std::map<std::string, double> numbers_;
  std::map<std::string, int64_t> integers_;
};

/// The `optimization/lora/*` settings. A list's entry selects leaves by their slash path: a part of
/// it (`q_proj`, `blocks/0/`), `all-linear`, or `re:` and a regular expression for all of it.
struct LoRAConfig {
  int64_t rank = 16;
  double alpha = 16.0;
  std::vector<std::string> target_modules = {"kernel"};
  std::vector<std::string> exclude_modules = {};
  std::vector<int64_t> layers_to_transform = {};  ///< empty: all blocks, and what is in none
  std::map<std::string, int64_t> rank_pattern = {};
  std::map<std::string, double> alpha_pattern = {};
  std::vector<std::string> modules_to_save = {};  ///< trained whole
  std::string bias = "none";                      ///< trained too: none, all, lora_only
  std::string variant = "lora";                   ///< see lora/variants/registry.h
  bool rslora = false;                            ///< s = alpha / √rank instead of alpha / rank
  bool dora = false;
  double dropout = 0;
  std::string init = "reference";               ///< see lora/init/init.h
  double lr_ratio = 1;                          ///< LoRA+: learning rate of B / learning rate of A
  std::string from_adapter = {};                ///< a PEFT folder to start from instead of `init`
  std::vector<std::string> base_adapters = {};  ///< PEFT folders (:weight) to add to the base first
  std::string base_dtype = "bfloat16";          ///< float32, bfloat16 or nf4
  double lr = -1;                               ///< < 0: optimization/lr
  /// Not a setting: rows of tables that are trained while the others stay frozen, as
  /// tokenizer/add_tokens or a PEFT folder asks for. A leaf that is trained whole has none.
  RowIds trained_tokens = {};
  VariantSettings own = {};
  void declare(config::Fields& fields);

  /// Of an adapter without a pattern of its own.
  double scale() const { return scale(rank, alpha); }
  double scale(int64_t r, double a) const;
  /// Of the leaf at `path`: the longest key of the pattern that selects it decides.
  int64_t rank_of(const std::string& path) const;
  double scale_of(const std::string& path) const;
};

/// The name of a setting by which the adapters are more than A and B; empty if none is.
std::string beyond_low_rank(const LoRAConfig& config);
/// The settings that the folder of a finished adapter decides; the others are the run's own.
std::vector<std::string> keys_of_adapter();

}  // namespace twofold
