#pragma once
// A measure of a model that a run takes at every validation and at every milestone, in both phases.

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace twofold {

class Model;

struct Metric {
  enum class Better { kLower, kHigher };
  std::string name = {};  ///< its key in metrics.jsonl: "val/shakespeare/loss", "task/qa/accuracy"
  double value = 0;
  Better better = Better::kLower;
  /// How sure the value is: the standard error, in metrics.jsonl as `name`/stderr; NaN: not known.
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  bool in_files_only = false;  ///< one of so many that a terminal does not show them
};

/// The model as it now is, and where the run stands.
struct Evaluation {
  Model& model;
  int stage = 0;                         ///< the run's current one, counted from 0 over all phases
  std::function<void(double)> progress;  ///< called with the share done, in [0, 1]
};

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual std::string name() const = 0;
  /// Leaves the model as it was. Throws Interrupted if a stop is requested meanwhile; the
  /// evaluation is repeated when the run continues.
  virtual std::vector<Metric> evaluate(const Evaluation& evaluation) = 0;
};

}  // namespace twofold
