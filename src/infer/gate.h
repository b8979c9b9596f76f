#pragma once
// What a model must have reached: a YAML file, and whether it is met.

#include <map>
#include <optional>
#include <string>

#include "config/fields.h"
#include "infer/results.h"
#include "twofold/observer.h"

namespace twofold {

struct Gate {
  static constexpr const char* kAdaptersOff = "adapters_off";
  static constexpr const char* kAll = "*";

  std::string name = {};      ///< of the file, for errors
  std::string baseline = {};  ///< adapters_off, or a file of scores
  /// Of "task/metric": by how much it is better, or at most worse. "*" stands for all that are not
  /// named.
  std::map<std::string, double> learned = {}, not_worse = {};

  void declare(config::Fields& fields);
  bool compares_with_base() const { return baseline == kAdaptersOff; }
};

/// An Error with file and line for what is no gate.
Gate read_gate(const Path& file);

/// Shows each condition and whether it holds: the paired interval of the difference must lie on its
/// right side. An Error for a metric that is not there, and for a baseline of other items.
bool meets(const Gate& gate, const Results& ours, const Results& theirs, Observer& observer);

}  // namespace twofold
