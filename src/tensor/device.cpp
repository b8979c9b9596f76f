#include "tensor/device.h"

#include <ATen/Context.h>
#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "base/text.h"

namespace twofold {
namespace {

std::map<std::string, at::Device>& registered() {
  static std::map<std::string, at::Device> devices;
  return devices;
}

at::Device cuda_device(const std::string& setting) {
  if (at::hasCUDA()) return {at::kCUDA, 0};
  const bool built_for_it = at::Context::hasCUDART();
  fail({.what = "there is no GPU to compute on",
        .where = setting,
        .expected = "a CUDA device",
        .found = built_for_it ? "none, or a driver that this libtorch cannot use"
                              : "a libtorch without CUDA",
        .hint = (built_for_it ? "look at `nvidia-smi`"
                              : "build against a CUDA libtorch (-DTWOFOLD_LIBTORCH=DIR)") +
                fmt::format(", or give {}=cpu", setting)});
}

}  // namespace

void register_device(const std::string& name, at::Device device) {
  registered().insert_or_assign(name, device);
}

std::vector<std::string> device_names() {
  std::vector<std::string> names = {"cpu", "cuda"};
  for (const auto& [name, device] : registered()) names.push_back(name);
  return names;
}

at::Device device_of(const std::string& name, const std::string& setting) {
  if (name == "cpu") return at::Device(at::kCPU);
  if (name == "cuda") return cuda_device(setting);
  const auto found = registered().find(name);
  if (found == registered().end()) {
    fail({.what = "no such device",
          .where = setting,
          .expected = "one of " + join(device_names(), ", "),
          .found = name,
          .hint = "a device of a program's own is registered with register_device"});
  }
  return found->second;
}

}  // namespace twofold
