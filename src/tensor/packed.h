#pragma once
// Weights that are kept in 4 bits: packing them, reading them, and their names in checkpoints.

#include <map>

#include "tensor/nf4.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// Stores the weight in NF4, in its storage order. From then on `value` keeps its shape and order
/// but has no memory (device meta), so that reading it by mistake fails instead of giving wrong
/// numbers.
void pack_nf4(Weight& weight);

/// The weight in `dtype` and its storage order: unpacked if it is packed, else `value` converted.
at::Tensor unpacked(const Weight& weight, at::ScalarType dtype);
/// What `packed` holds, with the shape and the storage order of `like`.
at::Tensor unpacked(const at::Tensor& like, const Nf4& packed, at::ScalarType dtype);

/// The device that holds the weight's memory, packed or not.
at::Device device_of(const Weight& weight);

/// "<path>/nf4_codes", "…_scales", "…_scale_max", "…_scale_offset": the same tensors, not copies.
void append_packed(NamedTensors& tensors, const std::string& path, const Nf4& packed);
/// If `tensors` hold the parameter packed, takes them out of `tensors`, stores copies in
/// `parameter` and returns true. Throws an Error naming each tensor that is missing or has another
/// size or dtype.
bool take_packed(std::map<std::string, at::Tensor>& tensors, Parameter& parameter,
                 const std::string& file);

}  // namespace twofold
