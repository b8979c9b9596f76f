#pragma once
// `value is test`.

#include <string_view>

#include "jinja/call.h"

namespace twofold::jinja {

/// The test of a name; null if there is none.
const Function* find_test(std::string_view name);

}  // namespace twofold::jinja
