#pragma once
// A device whose memory the host cannot read, as a GPU's: `runtime/device: fake` in every program
// that fake_device.cpp is linked to. Its tensors lie at addresses without any permission; its
// operations are the CPU's, on copies. A host that touches a tensor's memory dies of SIGSEGV; one
// that reads numbers back is counted. When the program ends, that count and the names of all
// operations that the device was asked for are written to the file that TWOFOLD_FAKE_DEVICE_REPORT
// names.

#include <c10/core/Device.h>

#include <cstdint>

namespace twofold::test {

/// The device itself.
at::Device fake_device();

/// How often the host has waited for the device since the process began: copies into its memory,
/// copies from it that block, and operations whose result the host needs to go on.
int64_t waits();

}  // namespace twofold::test
