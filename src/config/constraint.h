#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace twofold::config {

/// Bounds of what sizes or counts something: more than any machine has, and the product of two
/// stays within an int64.
inline constexpr double kMostSize = 0x1p30;
inline constexpr double kMostThreads = 1024;

/// What a value must satisfy beyond its type. Applies to every element of a list.
struct Constraint {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool exclusive_min = false;
  bool exclusive_max = false;
  std::optional<double> or_else = {};     ///< allowed too, outside the range: -1 for "own"
  std::vector<std::string> choices = {};  ///< allowed texts
  bool required = false;  ///< no default: `???` in a written config, an error if left open
};

}  // namespace twofold::config
