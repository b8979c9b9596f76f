#pragma once

#include <nlohmann/json_fwd.hpp>

#include "jinja/heap.h"

namespace twofold::jinja {

/// The value that Python's json.loads() makes. A Refusal for an integer of more than 64 bits.
Value from_json(Heap& heap, const nlohmann::ordered_json& value);

}  // namespace twofold::jinja
