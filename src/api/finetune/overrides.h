#pragma once
// The settings on a line, as `key.path=value`.

#include <string>
#include <vector>

#include "api/finetune/choices.h"
#include "config/fields.h"

namespace twofold {

/// Fills the fields and says which keys the overrides set, and to what. Throws an Error for values
/// that the keys do not take.
Given fill_given(config::Fields& fields, const std::vector<std::string>& overrides);

/// `key.path=value` for a key with slashes and a text.
std::string override_of(const std::string& key, const std::string& text);

}  // namespace twofold
