#pragma once
// The settings of the process that a run computes in. Library calls do not change them: they
// compute with the threads that they find, and throw an Error if runtime/threads asks for another
// number. A program that does nothing but run its job, as the command does, calls this first.

#include "twofold/job.h"

namespace twofold {

/// Sets the threads of libtorch, OpenMP and MKL (0: one per physical core), and has the allocator
/// keep freed memory instead of returning it to the system at every step.
void apply_process_settings(int threads = 0);
/// The same with runtime/threads of a config. If the config is faulty, uses 0 and leaves the error
/// to run().
void apply_process_settings(const ConfigSource& config);

}  // namespace twofold
