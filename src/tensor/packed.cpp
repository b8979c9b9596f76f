#include "tensor/packed.h"

#include <ATen/Functions.h>
#include <fmt/format.h>

#include "base/error.h"
#include "tensor/dtype.h"

namespace twofold {
namespace {

struct Part {
  const char* suffix;
  at::Tensor Nf4::*tensor;
  at::ScalarType dtype;
};
constexpr Part kParts[] = {{"/nf4_codes", &Nf4::codes, at::kByte},
                           {"/nf4_scales", &Nf4::scales, at::kByte},
                           {"/nf4_scale_max", &Nf4::scale_max, at::kFloat},
                           {"/nf4_scale_offset", &Nf4::scale_offset, at::kFloat}};

/// The elements as they lie in memory.
at::Tensor flat(const at::Tensor& value) {
  return (value.is_contiguous() ? value : value.t()).reshape({-1});
}

/// A tensor of that shape and order without memory.
at::Tensor without_memory(const std::vector<int64_t>& shape, bool transposed) {
  const auto options = at::TensorOptions(at::kFloat).device(at::kMeta);
  return transposed ? at::empty({shape[1], shape[0]}, options).t() : at::empty(shape, options);
}

Problem misfit(const std::string& where, int64_t expected, const at::Tensor& found) {
  return {.what = "a packed weight of the checkpoint does not fit the architecture",
          .where = where,
          .expected = fmt::format("{} elements", expected),
          .found = found.defined()
                       ? fmt::format("{} of {}", found.numel(), dtype_name(found.scalar_type()))
                       : "nothing",
          .hint = "restore with the architecture the checkpoint was trained with"};
}

}  // namespace

void pack_nf4(Weight& weight) {
  const at::Tensor& value = weight.value;
  TWOFOLD_EXPECT(value.dim() == 2 && !weight.packed, "a matrix is packed once");
  weight.packed = std::make_shared<Nf4>(quantize_nf4(flat(value)));
  weight.value = without_memory(value.sizes().vec(), !value.is_contiguous());
}

at::Tensor unpacked(const at::Tensor& like, const Nf4& packed, at::ScalarType dtype) {
  const at::Tensor elements = dequantize_nf4(packed, dtype);
  if (like.is_contiguous()) return elements.view(like.sizes());
  return elements.view({like.size(1), like.size(0)}).t();
}

at::Tensor unpacked(const Weight& weight, at::ScalarType dtype) {
  return weight.packed ? unpacked(weight.value, *weight.packed, dtype) : weight.value.to(dtype);
}

at::Device device_of(const Weight& weight) {
  return weight.packed ? weight.packed->codes.device() : weight.value.device();
}

void append_packed(NamedTensors& tensors, const std::string& path, const Nf4& packed) {
  for (const Part& part : kParts) tensors.emplace_back(path + part.suffix, packed.*part.tensor);
}

bool take_packed(std::map<std::string, at::Tensor>& tensors, Parameter& parameter,
                 const std::string& file) {
  if (!tensors.contains(parameter.path + kParts[0].suffix)) return false;
  const Nf4 expected = nf4_of_size(parameter.count());
  Nf4 packed{.size = parameter.count()};
  std::vector<Problem> problems;
  for (const Part& part : kParts) {
    const std::string name = parameter.path + part.suffix;
    const auto found = tensors.extract(name);
    const at::Tensor tensor = found.empty() ? at::Tensor() : found.mapped();
    const int64_t size = (expected.*part.tensor).numel();
    if (!tensor.defined() || tensor.numel() != size || tensor.scalar_type() != part.dtype) {
      problems.push_back(misfit(file + ", tensor " + name, size, tensor));
    } else {
      packed.*part.tensor = tensor.clone();
    }
  }
  if (!problems.empty()) throw Error(std::move(problems));
  parameter.weight.packed = std::make_shared<Nf4>(std::move(packed));
  parameter.weight.value = without_memory(parameter.shape, parameter.transposed_storage);
  return true;
}

}  // namespace twofold
