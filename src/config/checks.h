#pragma once
// Checks between settings. Their faults are gathered with those of the single settings, so that a
// user sees all of them at once.

#include <functional>
#include <string>
#include <vector>

#include "config/fields.h"

namespace twofold::config {

class Checks {
 public:
  explicit Checks(Findings found) : found_(std::move(found)) {}
  /// Runs `check`, which throws an Error for a fault, unless a key below one of the prefixes that
  /// it `reads` is unsound already. The last of these prefixes is what the check is about: once the
  /// check has found a fault, that prefix is unsound.
  void run(const std::vector<std::string>& reads, const std::function<void()>& check);
  /// The same for a check that nothing else builds on: what it finds makes nothing unsound.
  void run_aside(const std::vector<std::string>& reads, const std::function<void()>& check);
  /// Whether no key below one of the prefixes is unsound.
  bool is_sound(const std::vector<std::string>& prefixes) const;
  /// Whether nothing has been found so far.
  bool passed() const { return found_.problems.empty(); }
  /// Throws one Error with every problem found, if there are any.
  void finish() const;

 private:
  Findings found_;
};

}  // namespace twofold::config
