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

/// Settings that a variant declares in its own file, by key: "vera/seed". Fields are bound to the
/// elements, so assignment copies the values into the elements that are there and never replaces an
/// element.
class VariantSettings {
 public:
  VariantSettings() = default;
  VariantSettings(const VariantSettings&) = default;
  VariantSettings& operator=(const VariantSettings& other);

  /// The element `key`, created with the value `otherwise` if it is not there yet.
  double& number(const std::string& key, double otherwise);
  int64_t& integer(const std::string& key, int64_t otherwise);
  double number_or(const std::string& key, double otherwise) const;
  int64_t integer_or(const std::string& key, int64_t otherwise) const;

 private:
  std::map<std::string, double> numbers_;
  std::map<std::string, int64_t> integers_;
};

/// The `optimization/lora/*` settings. An entry of a list selects leaves by their slash path. It is
/// a part of the path (`q_proj`, `blocks/0/`), `all-linear`, or `re:` and a regular expression for
/// the whole path.
struct LoRAConfig {
  int64_t rank = 16;
  double alpha = 16.0;
  std::vector<std::string> target_modules = {"kernel"};
  std::vector<std::string> exclude_modules = {};
  std::vector<int64_t> layers_to_transform = {};  ///< empty: all blocks, and leaves outside
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

  /// The scale of an adapter that no pattern selects.
  double scale() const { return scale(rank, alpha); }
  double scale(int64_t r, double a) const;
  /// The rank of the leaf at `path`: that of the longest key of rank_pattern that selects the path,
  /// else `rank`. scale_of uses both patterns in the same way.
  int64_t rank_of(const std::string& path) const;
  double scale_of(const std::string& path) const;
};

/// The name of a setting that makes the adapters more than A and B; empty if there is none.
std::string beyond_low_rank(const LoRAConfig& config);
/// The keys of the settings that a PEFT folder decides; the other settings are the run's own.
std::vector<std::string> keys_of_adapter();

}  // namespace twofold
