#include "config/checks.h"

#include <algorithm>

#include "base/error.h"

namespace twofold::config {

void Checks::run(const std::vector<std::string>& reads, const std::function<void()>& check) {
  if (!is_sound(reads)) return;
  const size_t before = found_.problems.size();
  gather(found_.problems, check);
  if (found_.problems.size() > before) found_.unsound.push_back(reads.back());
}

void Checks::run_aside(const std::vector<std::string>& reads, const std::function<void()>& check) {
  if (is_sound(reads)) gather(found_.problems, check);
}

bool Checks::is_sound(const std::vector<std::string>& prefixes) const {
  return std::none_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
    return std::any_of(found_.unsound.begin(), found_.unsound.end(),
                       [&](const std::string& key) { return key.starts_with(prefix); });
  });
}

void Checks::finish() const { throw_problems(found_.problems); }

}  // namespace twofold::config
