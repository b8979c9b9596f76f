#pragma once
// The machine a run is on: threads, allocator, and what it was measured to do. One object, made
// once by the job and handed down; nothing here is a global of ours (libtorch's thread count is its
// own).

#include <cstdint>
#include <string>

namespace twofold {

/// Physical cores this process may run on (affinity respected); at least 1.
int physical_cores();
/// Sets libtorch's, OpenMP's and MKL's threads; 0 = physical cores. Returns the number set.
int set_threads(int threads);
/// Keeps freed memory instead of returning it to the system at every step (page faults cost more
/// than the arithmetic of a small step). Call once, before the first tensor.
void configure_allocator();
std::string cpu_model();
int64_t peak_rss_bytes();
int64_t current_rss_bytes();
int64_t available_memory_bytes();
/// Memory of the machine, or of the control group this process is confined to.
int64_t machine_memory_bytes();
double seconds_since_exec();

}  // namespace twofold
