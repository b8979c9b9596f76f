#pragma once
// YAML text to Value trees with positions; the only place that knows the YAML library.

#include <string>

#include "twofold/config/value.h"

namespace twofold::config {

/// Reads one YAML document. With `with_lines`, places are "name:line", else just `name`. Throws an
/// Error for bad syntax, duplicate keys, more than one document, and absurd depth or size.
Value parse_yaml(const std::string& text, const std::string& name, bool with_lines = true);

/// Throws an Error for a document that is neither empty nor a map.
void check_is_map(const Value& tree);

}  // namespace twofold::config
