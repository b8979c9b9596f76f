#include "device/fake_device.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "tensor/device.h"

namespace twofold::test {
namespace {

constexpr auto kType = c10::DeviceType::PrivateUse1;
const c10::Device kDevice(kType, 0);
std::atomic<int64_t> wait_count{0};

/// The same pages twice: where the device has them, without permission, and where only this file
/// reaches them. Blocks are given out by size and used again.
class Memory {
 public:
  Memory() {
    const int file = memfd_create("fake_device", 0);
    TWOFOLD_EXPECT(file >= 0 && ftruncate(file, kBytes) == 0, "no memory for the device");
    device_ = map(file, PROT_NONE);
    inside_ = map(file, PROT_READ | PROT_WRITE);
    close(file);
  }

  void* allocate(size_t bytes) {
    const size_t size = (std::max<size_t>(bytes, 1) + 63) / 64 * 64;
    const std::lock_guard lock(mutex_);
    std::vector<size_t>& free = free_[size];
    size_t offset = used_;
    if (free.empty()) {
      used_ += size;
      TWOFOLD_EXPECT(used_ <= kBytes, "the device is full");
    } else {
      offset = free.back();
      free.pop_back();
    }
    sizes_[offset] = size;
    return device_ + offset;
  }

  void release(void* pointer) {
    const std::lock_guard lock(mutex_);
    const auto offset = static_cast<size_t>(static_cast<std::byte*>(pointer) - device_);
    free_[sizes_.at(offset)].push_back(offset);
  }

  void* inside(const void* pointer) {
    return inside_ + (static_cast<const std::byte*>(pointer) - device_);
  }

 private:
  static constexpr size_t kBytes = size_t{1} << 31;  // of addresses; pages come when they are used
  static std::byte* map(int file, int protection) {
    void* address = mmap(nullptr, kBytes, protection, MAP_SHARED | MAP_NORESERVE, file, 0);
    TWOFOLD_EXPECT(address != MAP_FAILED, "no addresses for the device");
    return static_cast<std::byte*>(address);
  }

  std::mutex mutex_;
  std::byte *device_ = nullptr, *inside_ = nullptr;
  size_t used_ = 0;
  std::map<size_t, std::vector<size_t>> free_;  ///< offsets by size
  std::map<size_t, size_t> sizes_;
};

Memory& memory() {
  static auto* memory = new Memory;  // tensors of other statics may outlive one that is destroyed
  return *memory;
}

void release(void* pointer) { memory().release(pointer); }

struct Allocator final : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    void* pointer = memory().allocate(bytes);
    return {pointer, pointer, &release, kDevice};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    std::memcpy(memory().inside(to), memory().inside(from), bytes);
  }
};
Allocator allocator;
REGISTER_ALLOCATOR(kType, &allocator);

/// One device with one stream, which is always done.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kType; }
  c10::Device exchangeDevice(c10::Device) const override { return kDevice; }
  c10::Device getDevice() const override { return kDevice; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const override {
    return c10::Stream(c10::Stream::DEFAULT, kDevice);
  }
  c10::Stream exchangeStream(c10::Stream stream) const override { return stream; }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void**, const c10::Stream&, const c10::DeviceIndex,
              const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

struct Hooks final : at::PrivateUse1HooksInterface {
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
};

/// A tensor of the device as one of the CPU, over the same memory.
at::Tensor inside(const at::Tensor& tensor) {
  if (!tensor.is_privateuseone()) return tensor;
  return at::from_blob(memory().inside(tensor.const_data_ptr()), tensor.sizes(), tensor.strides(),
                       at::TensorOptions(tensor.scalar_type()));
}

at::Tensor empty(c10::IntArrayRef shape, std::optional<at::ScalarType> type,
                 std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>,
                 std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(shape, &allocator,
                                   c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(type), format);
}

at::Tensor empty_strided(c10::IntArrayRef shape, c10::IntArrayRef strides,
                         std::optional<at::ScalarType> type, std::optional<at::Layout>,
                         std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(shape, strides, &allocator,
                                           c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                           c10::dtype_or_default(type));
}

/// Between the host and the device; a copy to the device that does not block is begun and left.
at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool non_blocking) {
  if (to.is_cpu() || (from.is_cpu() && !non_blocking)) ++wait_count;
  inside(to).copy_(inside(from));
  return to;
}

at::Tensor copy_from_and_resize(const at::Tensor& from, const at::Tensor& to) {
  to.resize_(from.sizes());
  return copy_from(from, to, false);
}

const at::Tensor& resize(const at::Tensor& tensor, c10::SymIntArrayRef shape,
                         std::optional<at::MemoryFormat>) {
  const auto sizes = C10_AS_INTARRAYREF_SLOW(shape);
  auto* tensor_impl = tensor.unsafeGetTensorImpl();
  const size_t bytes =
      static_cast<size_t>(c10::multiply_integers(sizes)) * tensor.dtype().itemsize();
  const c10::Storage& storage = tensor_impl->storage();
  if (storage.nbytes() < bytes) {
    storage.set_data_ptr(allocator.allocate(bytes));
    storage.unsafeGetStorageImpl()->set_nbytes(bytes);
  }
  tensor_impl->set_sizes_contiguous(sizes);
  return tensor;
}

at::Scalar local_scalar(const at::Tensor& tensor) {
  ++wait_count;
  return inside(tensor).item();
}

/// Operations whose result has a shape, or is a number, that the host must know.
const std::set<std::string> kWaiting = {"aten::nonzero",  "aten::masked_select",
                                        "aten::equal",    "aten::unique_dim",
                                        "aten::_unique2", "aten::is_nonzero"};

/// The operations that were asked for, each as "aten::add.Tensor".
class Asked {
 public:
  void add(const c10::OperatorName& name) {
    const std::lock_guard lock(mutex_);
    names_.insert(c10::toString(name));
  }
  void print(std::ostream& out) const {
    for (const std::string& name : names_) out << name << "\n";
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};
Asked asked;

/// Arguments of an operation as the CPU takes them, and its results as the device gives them.
class Translation {
 public:
  c10::IValue to_cpu(const c10::IValue& value) {
    if (value.isTensor()) return to_cpu(value.toTensor());
    if (value.isDevice()) return c10::IValue(c10::Device(c10::kCPU));
    if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(to_cpu(tensor));
      return list;
    }
    if (value.isOptionalTensorList()) {
      c10::List<std::optional<at::Tensor>> list;
      for (const std::optional<at::Tensor>& tensor : value.toOptionalTensorVector()) {
        list.push_back(tensor ? std::optional(to_cpu(*tensor)) : std::nullopt);
      }
      return list;
    }
    return value;
  }

  c10::IValue to_device(const c10::IValue& value) const {
    if (value.isTensor()) return to_device(value.toTensor());
    if (!value.isTensorList()) return value;
    c10::List<at::Tensor> list;
    for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(to_device(tensor));
    return list;
  }

  /// Outputs that were empty and have been given a size are copied back.
  void finish() const {
    for (const Pair& pair : pairs_) {
      if (pair.there.numel() == pair.here.numel()) continue;
      pair.there.resize_(pair.here.sizes());
      inside(pair.there).copy_(pair.here);
    }
  }

 private:
  struct Pair {
    at::Tensor there, here;
  };

  at::Tensor to_cpu(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.is_privateuseone()) return tensor;
    // What is empty may be an output that the operation gives a size.
    const at::Tensor here = tensor.numel() == 0
                                ? at::empty(tensor.sizes(), at::TensorOptions(tensor.scalar_type()))
                                : inside(tensor);
    pairs_.push_back({tensor, here});
    return here;
  }

  at::Tensor to_device(const at::Tensor& tensor) const {
    if (!tensor.defined()) return tensor;
    for (const Pair& pair : pairs_) {
      if (pair.here.is_same(tensor)) return pair.there;
    }
    const at::Tensor there =
        at::empty_strided(tensor.sizes(), tensor.strides(), tensor.options().device(kDevice));
    inside(there).copy_(tensor);
    return there;
  }

  std::vector<Pair> pairs_;
};

std::span<c10::IValue> last(torch::jit::Stack& stack, size_t count) {
  return {stack.end() - static_cast<std::ptrdiff_t>(count), stack.end()};
}

/// Any other operation: the CPU's, on the same memory with the same strides, so that it takes the
/// same path there and gives the same bits.
void on_cpu(const c10::OperatorHandle& op, c10::DispatchKeySet, torch::jit::Stack* stack) {
  asked.add(op.operator_name());
  if (kWaiting.contains(op.schema().name())) ++wait_count;
  Translation translation;
  for (c10::IValue& argument : last(*stack, op.schema().arguments().size())) {
    argument = translation.to_cpu(argument);
  }
  op.callBoxed(stack);
  translation.finish();
  for (c10::IValue& result : last(*stack, op.schema().returns().size())) {
    result = translation.to_device(result);
  }
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", &empty);
  library.impl("empty_strided", &empty_strided);
  library.impl("_copy_from", &copy_from);
  library.impl("_copy_from_and_resize", &copy_from_and_resize);
  library.impl("resize_", &resize);
  library.impl("_local_scalar_dense", &local_scalar);
  library.impl("as_strided", &at::native::as_strided_tensorimpl);
  library.impl("view", &at::native::view);
  library.impl("_reshape_alias", &at::native::_reshape_alias);
  // Where a device has no kernel for it, ATen makes it of other operations, with other bits.
  library.impl("silu_backward", torch::CppFunction::makeFromBoxedFunction<&on_cpu>());
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&on_cpu>());
}

/// What every program that this file is linked to has from its start to its end.
struct Registration {
  Registration() {
    c10::register_privateuse1_backend("fake");
    at::RegisterPrivateUse1HooksInterface(new Hooks);
    register_device("fake", kDevice);
  }
  ~Registration() {
    const char* file = std::getenv("TWOFOLD_FAKE_DEVICE_REPORT");
    if (!file) return;
    std::ofstream out(file);
    out << wait_count << "\n";
    asked.print(out);
  }
};
const Registration registration;

}  // namespace

at::Device fake_device() { return kDevice; }

int64_t waits() { return wait_count; }

}  // namespace twofold::test
