#pragma once
// Which device `runtime/device` names. A run computes on one device, which is handed down.

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace twofold {

/// Makes `name` a device that a run may ask for, beside cpu and cuda: for programs that bring a
/// device of their own.
void register_device(const std::string& name, at::Device device);

/// The names that `runtime/device` takes: cpu, cuda and those that the program has registered.
std::vector<std::string> device_names();

/// The device of that name, which `setting` asks for. An Error if there is no such device, or if it
/// is cuda and this build or this machine has none.
at::Device device_of(const std::string& name, const std::string& setting);

}  // namespace twofold
