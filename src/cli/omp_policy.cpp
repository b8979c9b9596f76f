#include "cli/omp_policy.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr const char* kPolicy = "OMP_WAIT_POLICY";

/// Runnable threads on this machine, this one among them; 0 if that is unknown.
int runnable_threads() {
  int runnable = 0;
  if (std::FILE* file = std::fopen("/proc/loadavg", "r")) {
    if (std::fscanf(file, "%*f %*f %*f %d/", &runnable) != 1) runnable = 0;
    std::fclose(file);
  }
  return runnable;
}

/// Whether other threads run too, at several looks: once may be a shell that is about to sleep.
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
