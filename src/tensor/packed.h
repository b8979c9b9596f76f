#pragma once
// Weights that are kept in 4 bits: packing them, reading them, and their names in checkpoints.

#include <map>

#include "tensor/nf4.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// Stores the weight in NF4, in the order of its storage. Its `value` keeps shape and order but has
/// no memory from then on (device meta): to read it by mistake is a Bug, not a wrong number.
void pack_nf4(Weight& weight);

/// The weight in `dtype`, in its storage order, unpacked if it is packed. Else `value` converted.
at::Tensor unpacked(const Weight& weight, at::ScalarType dtype);
/// What `packed` holds, with the shape and the storage order of `like`.
at::Tensor unpacked(const at::Tensor& like, const Nf4& packed, at::ScalarType dtype);

/// Where its memory is.
at::Device device_of(const Weight& weight);

/// "<path>/nf4_codes", "…_scales", "…_scale_max", "…_scale_offset": the same tensors, not copies.
void append_packed(NamedTensors& tensors, const std::string& path, const Nf4& packed);
/// Whether `tensors` hold the parameter packed; then it takes them out and puts copies into the
/// tree. Throws an Error naming what is missing or misshapen.
bool take_packed(std::map<std::string, at::Tensor>& tensors, Parameter& parameter,
                 const std::string& file);

}  // namespace twofold
