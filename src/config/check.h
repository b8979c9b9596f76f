#pragma once
// Whether a value fits its declared type and constraint.

#include <string>
#include <vector>

#include "base/error.h"
#include "twofold/config/field.h"

namespace twofold::config {

/// "run.yaml:7 training/tokens"
std::string where_of(const Value& value, const std::string& path);

/// Adds a Problem for everything in `value` that `shape` and `constraint` do not allow; each names
/// the element (`path`/0/rate). `allow_missing` lets `???` stand for a required record member.
void check(const Value& value, const Shape& shape, const Constraint& constraint,
           const std::string& path, bool allow_missing, std::vector<Problem>& problems);

}  // namespace twofold::config
