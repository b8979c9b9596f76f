#pragma once
// How fast a run goes, for its step reports. It observes the run, so that work other than training
// does not count.

#include <string>

#include "tensor/peak_rate.h"
#include "train/meter.h"
#include "twofold/observer.h"

namespace twofold {

class Pace : public Observer {
 public:
  /// `cache`: where measurements of the machine are kept; `dtype`: the one that training computes
  /// in.
  Pace(const std::string& cache, const std::string& dtype) : peak_(cache, dtype) {}

  void work(const WorkReport&) override { meter_.pause(); }
  /// Adds the pace to the report of a step that has consumed `tokens`.
  void complete(StepReport& report, int64_t tokens, double flops_per_token);

 private:
  Meter meter_;
  PeakRate peak_;
};

}  // namespace twofold
