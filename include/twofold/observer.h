#pragma once
// What a run reports to its observers: a terminal, a log file, an embedding program.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "twofold/evaluator.h"

namespace twofold {

/// A table for people: the plan, the adapted tensors, learned / forgotten.
struct Table {
  std::string title = {};
  std::vector<std::string> header = {};  ///< may be empty
  std::vector<std::vector<std::string>> rows = {};
  std::string note = {};  ///< a line below, may be empty
};

/// What a row of a step's batch contributed to its loss.
struct RowLoss {
  double sum = 0;     ///< of the token losses
  int64_t count = 0;  ///< supervised tokens
};

/// One finished optimizer step. Steps and tokens are counted over the whole run.
struct StepReport {
  int64_t step = 0, total_steps = 0;
  int phase = 1;
  int64_t tokens = 0;
  double loss = 0, lr = 0, grad_norm = 0;
  bool line_due = false;  ///< every logging/report_interval steps, and at both ends of a phase
  // Not reproducible: for the progress line and timing.jsonl.
  double tokens_per_s = 0, eta_s = 0;
  double peak_share = 0;  ///< arithmetic done per second / the machine's measured peak; 0 = unknown
  std::vector<RowLoss> rows = {};  ///< of the global batch, in its order (reproducible)
  /// L2 norm of each module's gradients before clipping; where a line is due and a log wants it.
  std::vector<std::pair<std::string, double>> module_grad_norms = {};
};

/// Losses at one validation; `loss` is the current mixture's (0 at a milestone).
struct ValidationReport {
  int64_t step = 0;
  int phase = 1;
  int64_t tokens = 0;
  double loss = 0;
  bool best = false;
  std::vector<std::pair<std::string, double>> datasets = {};  ///< every dataset trained on so far
  std::string moment = {};  ///< "start", "boundary", "frozen", "end", "adapters_off"; else empty
  std::vector<Metric> metrics = {};  ///< of other evaluators
};

/// Text that the model wrote when the run ended.
struct SamplesReport {
  int64_t step = 0;
  /// What the model was ("adapters on", "adapters off", or empty), and what it wrote.
  std::vector<std::pair<std::string, std::string>> texts = {};
};

/// Work that is not training: tokenizing, validating, saving.
struct WorkReport {
  std::string what = {};
  double done = 0;  ///< share in [0, 1]
  std::string detail = {};
};

enum class Severity { kInfo, kWarning };

/// Calls come from the thread that runs the job, in order. Every method has an empty default.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void table(const Table&) {}
  virtual void message(Severity, const std::string&) {}
  virtual void banner(const std::string&) {}  ///< a turning point: the switch between the phases
  virtual void step(const StepReport&) {}
  virtual void validation(const ValidationReport&) {}
  virtual void samples(const SamplesReport&) {}
  virtual void work(const WorkReport&) {}
};

/// Several observers as one.
class Observers : public Observer {
 public:
  void add(Observer& observer) { all_.push_back(&observer); }
  void table(const Table& t) override {
    for (auto* o : all_) o->table(t);
  }
  void message(Severity s, const std::string& m) override {
    for (auto* o : all_) o->message(s, m);
  }
  void banner(const std::string& b) override {
    for (auto* o : all_) o->banner(b);
  }
  void step(const StepReport& r) override {
    for (auto* o : all_) o->step(r);
  }
  void validation(const ValidationReport& r) override {
    for (auto* o : all_) o->validation(r);
  }
  void samples(const SamplesReport& r) override {
    for (auto* o : all_) o->samples(r);
  }
  void work(const WorkReport& r) override {
    for (auto* o : all_) o->work(r);
  }

 private:
  std::vector<Observer*> all_;
};

}  // namespace twofold
