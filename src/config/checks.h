#pragma once
// Faults between settings, gathered with those of the settings themselves, so that a user sees all
// of them at once.

#include <functional>
#include <string>
#include <vector>

#include "config/fields.h"

namespace twofold::config {

class Checks {
 public:
  explicit Checks(Findings found) : found_(std::move(found)) {}
  /// Runs `check`, which throws an Error, unless a key below one of the prefixes it `reads` is
  /// unsound already. The last prefix is what the check is about: if it finds a fault, that is
  /// unsound from there on.
  void run(const std::vector<std::string>& reads, const std::function<void()>& check);
  /// The same for a check that nothing else builds on: what it finds makes nothing unsound.
  void run_aside(const std::vector<std::string>& reads, const std::function<void()>& check);
  /// Whether no key below one of the prefixes is unsound.
  bool is_sound(const std::vector<std::string>& prefixes) const;
  /// Throws one Error with every problem found, if there are any.
  void finish() const;

 private:
  Findings found_;
};

}  // namespace twofold::config
