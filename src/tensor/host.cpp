#include "twofold/tensor/host.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"

namespace twofold {

at::Device host_device() { return at::Device(at::kCPU); }

at::Tensor on_host(const at::Tensor& tensor) { return tensor.detach().to(host_device()); }

at::Tensor on_device(const at::Tensor& tensor, at::Device device) {
  // A blocking copy waits for all that was begun before it. The host's memory may go once this
  // returns: of memory that is not pinned the driver has its own copy by then.
  return tensor.to(device, /*non_blocking=*/true);
}

double number_of(const at::Tensor& tensor) { return tensor.item().toDouble(); }

std::vector<double> numbers_of(const std::vector<at::Tensor>& tensors) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> flat;
  for (const at::Tensor& tensor : tensors) {
    flat.push_back(tensor.detach().to(at::kDouble).reshape({-1}));
  }
  return flat.empty() ? std::vector<double>() : values_of<double>(at::cat(flat));
}

template <class T>
std::vector<T> values_of(const at::Tensor& tensor) {
  const at::Tensor dense =
      on_host(tensor.detach().to(c10::CppTypeToScalarType<T>::value)).contiguous();
  const T* data = dense.const_data_ptr<T>();
  return {data, data + dense.numel()};
}

template <class T>
at::Tensor tensor_of(std::span<const T> values, at::IntArrayRef shape, at::Device device) {
  const at::Tensor host =
      at::empty(shape, at::TensorOptions(c10::CppTypeToScalarType<T>::value).device(host_device()));
  TWOFOLD_EXPECT(host.numel() == std::ssize(values), "as many values as the shape has places");
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<T>());
  return on_device(host, device);
}

template std::vector<int32_t> values_of(const at::Tensor&);
template std::vector<int64_t> values_of(const at::Tensor&);
template std::vector<float> values_of(const at::Tensor&);
template std::vector<double> values_of(const at::Tensor&);
template at::Tensor tensor_of(std::span<const int32_t>, at::IntArrayRef, at::Device);
template at::Tensor tensor_of(std::span<const int64_t>, at::IntArrayRef, at::Device);
template at::Tensor tensor_of(std::span<const float>, at::IntArrayRef, at::Device);
template at::Tensor tensor_of(std::span<const double>, at::IntArrayRef, at::Device);

}  // namespace twofold
