#pragma once
// The frozen base that adapters build on.

#include <cstdint>
#include <string>

#include "twofold/tensor/parameters.h"

namespace twofold {

/// `base_dtype` of 4 bits: the dense kernels of the blocks in NF4, the rest in bfloat16 (QLoRA).
inline constexpr const char* kNf4 = "nf4";
/// Whether a base in 4 bits packs this leaf.
bool packable(const Parameter& parameter);
/// Bytes of the frozen base.
int64_t frozen_bytes(const ParameterTree& parameters, const std::string& base_dtype);
/// Unpacks packed leaves into plain float32 tensors of the same values, for export.
void unpack_parameters(ParameterTree& parameters);
/// Freezes every leaf: converts it to `base_dtype` (same storage order), turns its gradient off and
/// drops the gradient buffer.
void freeze_parameters(ParameterTree& parameters, const std::string& base_dtype);
/// The frozen base by path, without what is attached to it.
NamedTensors base_parameters(const ParameterTree& parameters);

}  // namespace twofold
