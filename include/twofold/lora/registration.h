#pragma once
// A program's own variants of adapters.

#include <functional>
#include <memory>

#include "twofold/lora/adapter.h"

namespace twofold {

/// Registers a variant: its setting() becomes a value of optimization/lora/variant. Throws an Error
/// if the name is taken. Call it before anything is configured, from one thread.
void register_adapter_variant(std::unique_ptr<const Variant> variant);

}  // namespace twofold
