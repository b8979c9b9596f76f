#pragma once
// How fast a run goes, for its step reports. Watches the run: work that is not training is no part
// of its pace.

#include <string>

#include "tensor/peak_rate.h"
#include "train/meter.h"
#include "twofold/observer.h"

namespace twofold {

class Pace : public Observer {
 public:
  /// `cache`: where measurements of the machine are kept; `dtype`: that training computes in.
  Pace(const std::string& cache, const std::string& dtype) : peak_(cache, dtype) {}

  void work(const WorkReport&) override { meter_.pause(); }
  /// A step of `tokens` has been taken: completes its report.
  void complete(StepReport& report, int64_t tokens, double flops_per_token);

 private:
  Meter meter_;
  PeakRate peak_;
};

}  // namespace twofold
