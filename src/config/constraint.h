#pragma once

#include <limits>
#include <string>
#include <vector>

namespace twofold::config {

/// What a value must satisfy beyond its type. Applies to every element of a list.
struct Constraint {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool exclusive_min = false;
  bool exclusive_max = false;
  std::vector<std::string> choices = {};  ///< allowed texts
  bool required = false;  ///< no default: `???` in a written config, an error if left open
};

}  // namespace twofold::config
