#pragma once
// The settings of the process that a run computes in. Library calls do not change them: they
// compute with the threads that they find. A program that does nothing but compute, as the command
// does, calls this first, or runs its job with RunOptions::own_process.

namespace twofold {

/// Sets the threads of libtorch, OpenMP and MKL (0: one per physical core), and has the allocator
/// keep freed memory instead of returning it to the system at every step.
void apply_process_settings(int threads = 0);

}  // namespace twofold
