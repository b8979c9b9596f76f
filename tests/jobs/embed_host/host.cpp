// A program whose threads and allocator are its own, before and after it trains:  host run.yaml
// ROOT
#include <malloc.h>
#include <omp.h>
#include <twofold/twofold.h>

#include <cstdio>

namespace {
int allocator_settings = 0;  // that somebody made
}

/// Stands before the C library's.
extern "C" int mallopt(int, int) noexcept { return ++allocator_settings; }

int main(int, char** argv) {
  omp_set_num_threads(2);
  twofold::Observer quiet;
  try {
    twofold::run({.file = argv[1]}, {.name = "host", .root = argv[2]}, {}, quiet);
  } catch (const twofold::Error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return twofold::Error::kExitCode;
  }
  const bool untouched = omp_get_max_threads() == 2 && allocator_settings == 0;
  std::printf(untouched ? "untouched\n" : "%d threads, %d settings of the allocator\n",
              omp_get_max_threads(), allocator_settings);
}
