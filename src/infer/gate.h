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
  std::optional<Results> scores = {};  ///< of the baseline, if it is a file

  void declare(config::Fields& fields);
  bool compares_with_base() const { return baseline == kAdaptersOff; }
  /// As errors name it: "gate.yaml, baseline adapters_off".
  std::string baseline_place() const { return name + ", baseline " + baseline; }
};

/// The gate, and the scores that it names. An Error with file and line for what is no gate.
Gate read_gate(const Path& file);

/// Before anything is scored: an Error with every condition on a metric that is not there, and for
/// a baseline of other items. `ours` is what will be measured: names and items, no numbers.
void check_gate(const Gate& gate, const Results& ours, Observer& observer);

/// Shows each condition and whether it holds: the paired interval of the difference must lie on its
/// right side. The gate has been checked.
bool meets(const Gate& gate, const Results& ours, const Results& theirs, Observer& observer);

}  // namespace twofold
