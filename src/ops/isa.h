#pragma once
// Which level of the instruction set the loops of ops/cpu use: the highest that the processor has,
// or what TWOFOLD_ISA names. It is chosen when first needed and kept until the process ends. A run
// records it, since the last bits of its results depend on it.

#include <string>

#include "ops/cpu/loops.h"

namespace twofold::ops {

/// The level's name, `avx2` (x86-64-v3) or `avx512` (x86-64-v4). Throws an Error if TWOFOLD_ISA
/// names something else or a level that the processor lacks, or if the processor has neither level.
const std::string& isa();

/// The level's functions.
const cpu::Loops& loops();

}  // namespace twofold::ops
