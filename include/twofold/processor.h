#pragma once
// What computes: the processor's instruction set, and the back end of the operations.

#include <string>

namespace twofold {

/// The level of the instruction set that this process computes with, `avx2` or `avx512`. Throws an
/// Error where the processor is too old, or TWOFOLD_ISA or TWOFOLD_OPS ask for something that does
/// not exist here. Everything that computes calls this; a program may call it earlier, before it
/// has done any work.
const std::string& instruction_set();

}  // namespace twofold
