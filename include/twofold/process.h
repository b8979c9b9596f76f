#pragma once
// What a run takes from its process. Library calls change nothing of it: they compute with the
// threads that they find, and fail if runtime/threads asks for others. A program that is nothing
// but its job, as the command is, calls this first.

#include "twofold/job.h"

namespace twofold {

/// Sets the threads of libtorch, OpenMP and MKL (0: one a physical core), and has the allocator
/// keep freed memory instead of returning it to the system at every step.
void apply_process_settings(int threads = 0);
/// The same with runtime/threads of a config; a config that is at fault is told so by run().
void apply_process_settings(const ConfigSource& config);

}  // namespace twofold
