#pragma once
// Places inside a value: list elements by index, record members and map entries by name.

#include <string>
#include <vector>

#include "twofold/config/field.h"

namespace twofold::config {

/// Replaces the part of `whole` (the value of `key`, of type `shape`) that `path` names: ["0", "0",
/// "rate"]. Map entries may be new. Throws an Error, placed at `value`, for an index out of range,
/// an unknown member, or a path into a value that has no parts.
void set_at_path(Value& whole, const Shape& shape, const std::string& key,
                 const std::vector<std::string>& path, Value value);

}  // namespace twofold::config
