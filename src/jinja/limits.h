#pragma once
// What a template may cost. A template comes with a model from anywhere: it must end.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace twofold::jinja {

struct Limits {
  size_t steps = 10'000'000;       ///< nodes evaluated, items made, and 32 bytes of text
  size_t text = size_t{16} << 20;  ///< bytes of the output, and of any text
  size_t depth = 200;              ///< macros in macros, lists in lists
  size_t nesting = 1000;           ///< nodes in nodes, over all macros that are open
};

/// Bytes of a template.
inline constexpr size_t kMaxTemplate = size_t{1} << 20;
/// How deeply the parts of a template may nest.
inline constexpr size_t kMaxNesting = 200;

}  // namespace twofold::jinja
