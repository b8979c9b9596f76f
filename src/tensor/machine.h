#pragma once
// The processor and the memory of the machine, and how much of them this process uses. These
// functions only ask: they keep and change nothing.

#include <cstdint>
#include <string>

namespace twofold {

/// Physical cores this process may run on (affinity respected); at least 1.
int physical_cores();
std::string cpu_model();
int64_t peak_rss_bytes();
int64_t current_rss_bytes();
int64_t available_memory_bytes();
/// Memory of the machine, or of the control group this process is confined to.
int64_t machine_memory_bytes();
double seconds_since_exec();

}  // namespace twofold
