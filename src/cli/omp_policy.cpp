#include "cli/omp_policy.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr const char* kPolicy = "OMP_WAIT_POLICY";

/// The number of runnable threads on this machine, including this one; 0 if unknown.
int runnable_threads() {
  int runnable = 0;
  if (std::FILE* file = std::fopen("/proc/loadavg", "r")) {
    if (std::fscanf(file, "%*f %*f %*f %d/", &runnable) != 1) runnable = 0;
    std::fclose(file);
  }
  return runnable;
}

/// Whether other threads are running too each time it looks. A single look might only see a shell
/// that is about to sleep.
bool cores_are_busy() {
  constexpr int kLooks = 4, kPauseUs = 500;
  for (int look = 0; look < kLooks; ++look) {
    if (look > 0) usleep(kPauseUs);
    if (runnable_threads() < 2) return false;
  }
  return true;
}

}  // namespace

void reexec_with_passive_openmp(char** argv) {
  if (std::getenv(kPolicy) || std::getenv("GOMP_SPINCOUNT") || !cores_are_busy()) return;
  setenv(kPolicy, "PASSIVE", 0);
  execv("/proc/self/exe", argv);  // returns only if it fails: then the threads spin
}
