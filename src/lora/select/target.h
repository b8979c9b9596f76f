#pragma once
// How settings name leaves: one entry of target_modules, exclude_modules, modules_to_save or a
// pattern's key.

#include <optional>
#include <string>

#include "twofold/lora/config.h"
#include "twofold/tensor/parameters.h"
#include "unicode/regex.h"

namespace twofold {

inline constexpr const char* kAllLinear = "all-linear";
inline constexpr const char* kRegexMark = "re:";  // no path holds a colon

/// Whether the leaf is a dense layer's matrix (what `all-linear` selects).
bool is_dense_kernel(const std::string& path);
/// Whether the leaf is a head of its own: a layer from D to V, stored (V, D), whose outputs are its
/// rows. PEFT's A of a head is B here, and its B is A.
bool is_head(const std::string& path);
/// Whether the model has such a leaf; else its embedding is the head.
bool has_head(const ParameterTree& parameters);
/// The module a leaf belongs to: "blocks/0/attn/q_proj" of "blocks/0/attn/q_proj/kernel" and of its
/// bias, "ln_f" of "ln_f/weight"; a table is its own module.
std::string module_of(const std::string& path);
/// The number of the leaf's block, if it is in one.
std::optional<int64_t> block_of(const std::string& path);

class Target {
 public:
  /// `key` is the setting's, for errors. An Error for a broken regular expression.
  Target(std::string text, const std::string& key);
  bool selects(const std::string& path) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::optional<Pattern> pattern_;
};

}  // namespace twofold
