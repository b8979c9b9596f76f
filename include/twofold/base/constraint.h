#pragma once
// What a number or a choice must satisfy beyond its type. Used for settings and for fields of
// files.

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace twofold {

/// Upper bounds of sizes and counts: more than any machine has, and small enough that the product
/// of two fits an int64.
inline constexpr double kMaxSize = 0x1p30;
inline constexpr double kMaxThreads = 1024;
/// Every whole number up to this one is a double as well, so that no reader cuts it.
inline constexpr double kMaxExact = 0x1p53 - 1;

/// Applies to every element of a list.
struct Constraint {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool exclusive_min = false;
  bool exclusive_max = false;
  std::optional<double> or_else = {};     ///< allowed too, outside the range: -1 for "default"
  std::vector<std::string> choices = {};  ///< allowed texts
  bool required = false;  ///< no default: `???` in a written config, an error if left open

  /// Whether `number` is `or_else`, or finite and within the range.
  bool allows(double number) const;
  /// "≥ 1", "in (0, 1]", "one of wsd, cosine"; empty without a constraint.
  std::string range_text() const;
};

inline constexpr Constraint kPositive{.min = 0, .exclusive_min = true};
inline constexpr Constraint kNotNegative{.min = 0};
inline constexpr Constraint kShare{.min = 0, .max = 1, .exclusive_min = true};

}  // namespace twofold
