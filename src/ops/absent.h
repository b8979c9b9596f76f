#pragma once
// libtorch's autograd functions take defined tensors only: an absent input is passed as an empty
// tensor.

#include <ATen/Functions.h>

#include "twofold/tensor/host.h"

namespace twofold::ops {

inline at::Tensor or_empty(const at::Tensor& tensor) {
  return tensor.defined() ? tensor : at::empty({0}, at::device(host_device()));
}
inline at::Tensor or_absent(const at::Tensor& tensor) {
  return tensor.numel() > 0 ? tensor : at::Tensor();
}

}  // namespace twofold::ops
