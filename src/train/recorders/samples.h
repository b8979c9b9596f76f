#pragma once
// samples.jsonl: what the model wrote when the run ended, without its adapters and with them.

#include "train/recorders/recorder.h"

namespace twofold {

class SamplesFile : public Recorder {
 public:
  explicit SamplesFile(Path file) : file_(std::move(file)) {}
  void samples(const SamplesReport& report) override;

 private:
  Path file_;
};

}  // namespace twofold
