#pragma once
// Moves numbers between the program's own memory and tensors, which may be on a device that the
// host cannot read. Reading numbers back waits until the device has computed them; a training step
// does so once.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace twofold {

/// The device of the program's own memory: the CPU.
at::Device host_device();

/// `tensor` in host memory, without its gradient graph; itself if it is there already.
at::Tensor on_host(const at::Tensor& tensor);

/// `tensor` on `device`, without waiting for it; itself if it is there already.
at::Tensor on_device(const at::Tensor& tensor, at::Device device);

/// The only element of `tensor`.
double number_of(const at::Tensor& tensor);
/// All elements of all tensors, one tensor after another. One wait, however many there are.
std::vector<double> numbers_of(const std::vector<at::Tensor>& tensors);
/// All elements in row-major order, converted to T: int32_t, int64_t, float or double.
template <class T>
std::vector<T> values_of(const at::Tensor& tensor);

/// A tensor of T (as in values_of) on `device` with these values in row-major order. No wait.
template <class T>
at::Tensor tensor_of(std::span<const T> values, at::IntArrayRef shape, at::Device device);
template <class T>
at::Tensor tensor_of(const std::vector<T>& values, at::IntArrayRef shape, at::Device device) {
  return tensor_of(std::span<const T>(values), shape, device);
}
/// The same in one dimension.
template <class T>
at::Tensor tensor_of(const std::vector<T>& values, at::Device device) {
  return tensor_of(values, {static_cast<int64_t>(values.size())}, device);
}

}  // namespace twofold
