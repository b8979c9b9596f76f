#pragma once
// A program's own variants of adapters.

#include <functional>
#include <memory>

#include "twofold/lora/adapter.h"

namespace twofold {

/// Makes the variant known: its setting() is a value of optimization/lora/variant. An Error if
/// there is one of that name. Before anything is configured, from one thread.
void register_adapter_variant(std::unique_ptr<const Variant> variant);

}  // namespace twofold
