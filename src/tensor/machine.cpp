#include "tensor/machine.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace twofold {
namespace {

/// The first line of a /sys or /proc file; empty if it cannot be read (containers hide some).
std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The number of KiB behind `key:` in a /proc file of such lines; −1 if there is none.
int64_t kib_of(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":")) return std::stoll(line.substr(key.size() + 1));
  }
  return -1;
}

/// A memory limit or use of this control group (v2 or v1); −1 where none is set.
int64_t cgroup_bytes(const char* v2, const char* v1) {
  for (const std::string& path :
       {std::string("/sys/fs/cgroup/") + v2, std::string("/sys/fs/cgroup/memory/") + v1}) {
    const std::string text = first_line(path);
    if (text.empty() || text == "max") continue;
    const double value = std::stod(text);
    if (value < 1e15) return static_cast<int64_t>(value);  // v1 says "no limit" as 2^63
  }
  return -1;
}

}  // namespace

int physical_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 1;
  std::set<std::string> cores;  // one entry for all the threads of a core
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string topology = fmt::format("/sys/devices/system/cpu/cpu{}/topology/", cpu);
    const std::string siblings = first_line(topology + "thread_siblings_list");
    cores.insert(siblings.empty() ? fmt::format("cpu{}", cpu) : siblings);
  }
  return std::max<int>(1, static_cast<int>(cores.size()));
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown CPU";
}

int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

int64_t current_rss_bytes() {
  std::istringstream fields(first_line("/proc/self/statm"));
  int64_t size = 0, resident = 0;
  fields >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

int64_t machine_memory_bytes() {
  const int64_t physical = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE);
  const int64_t limit = cgroup_bytes("memory.max", "memory.limit_in_bytes");
  return limit < 0 ? physical : std::min(physical, limit);
}

int64_t available_memory_bytes() {
  const int64_t system = std::max<int64_t>(0, kib_of("/proc/meminfo", "MemAvailable")) * 1024;
  const int64_t limit = cgroup_bytes("memory.max", "memory.limit_in_bytes");
  if (limit < 0) return system;
  const int64_t used = cgroup_bytes("memory.current", "memory.usage_in_bytes");
  return std::min(system, std::max<int64_t>(0, limit - std::max<int64_t>(0, used)));
}

double seconds_since_exec() {
  // Field 22 of /proc/self/stat: start in clock ticks since boot; the name before it may hold
  // blanks.
  const std::string line = first_line("/proc/self/stat");
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double start_ticks = 0;
  fields >> start_ticks;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const double uptime = static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  return uptime - start_ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace twofold
