#include "tensor/process.h"

#include <ATen/Parallel.h>
#include <malloc.h>
#include <omp.h>

#include <limits>

#include "tensor/machine.h"

namespace twofold {

int set_threads(int threads) {
  const int count = threads > 0 ? threads : physical_cores();
  omp_set_dynamic(0);
  omp_set_num_threads(count);
  at::set_num_threads(count);  // MKL's too
  return count;
}

int threads() { return at::get_num_threads(); }

void configure_allocator() {
  // Blocks above the threshold are mapped and unmapped one by one, and every first touch of a page
  // is a fault. Kept on the heap, the same pages serve the next step.
  constexpr int kLargest = std::numeric_limits<int>::max();
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, kLargest);
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_ARENA_MAX, 1);
}

}  // namespace twofold
