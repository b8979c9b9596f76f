#include "config/checks.h"

#include <algorithm>

#include "base/error.h"

namespace twofold::config {

void Checks::run(const std::vector<std::string>& reads, const std::function<void()>& check) {
  for (const std::string& prefix : reads) {
    const bool unsound = std::any_of(found_.unsound.begin(), found_.unsound.end(),
                                     [&](const auto& key) { return key.starts_with(prefix); });
    if (unsound) return;
  }
  const size_t before = found_.problems.size();
  gather(found_.problems, check);
  if (found_.problems.size() > before) found_.unsound.push_back(reads.back());
}

void Checks::finish() const { throw_problems(found_.problems); }

}  // namespace twofold::config
