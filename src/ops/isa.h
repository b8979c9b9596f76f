#pragma once
// Which level of the instruction set the loops of ops/cpu use: the highest that the processor has,
// or what TWOFOLD_ISA names. Picked at the first question and held until the process ends. A run
// remembers it, since its last bits depend on it.

#include <string>

#include "ops/cpu/loops.h"

namespace twofold::ops {

/// The level's name, `avx2` (x86-64-v3) or `avx512` (x86-64-v4). An Error where TWOFOLD_ISA names
/// something else or a level that the processor lacks, or where it lacks them all.
const std::string& isa();

/// The level's functions.
const cpu::Loops& loops();

}  // namespace twofold::ops
