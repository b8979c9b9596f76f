#include "model/checks.h"

#include <fmt/format.h>

namespace twofold {

void check_multiple(std::vector<Problem>& problems, const std::string& key, int64_t value,
                    const std::string& of, int64_t divisor) {
  if (value % divisor == 0) return;
  problems.push_back({.what = "sizes do not divide",
                      .where = key,
                      .expected = fmt::format("a multiple of {} = {}", of, divisor),
                      .found = std::to_string(value)});
}

void check_derived(std::vector<Problem>& problems, const std::string& key, int64_t value) {
  if (value != 0) return;
  problems.push_back({.what = "a size of zero",
                      .where = key,
                      .expected = "at least 1, or -1 for the usual size",
                      .found = "0"});
}

}  // namespace twofold
