#pragma once
// Settings of the whole process. A program may change them; a library call must not.

namespace twofold {

/// Sets the number of threads of libtorch, OpenMP and MKL; 0: one for each physical core. Returns
/// the number set.
int set_threads(int threads);

/// Threads that libtorch now uses.
int threads();

/// Keeps freed memory instead of returning it to the system at every step (page faults cost more
/// than the arithmetic of a small step). Call once, before the first tensor.
void configure_allocator();

}  // namespace twofold
