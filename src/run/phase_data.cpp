#include "run/phase_data.h"

namespace twofold {

PhaseData::PhaseData(const PhasePlan& phase, Stage::Options options, int64_t batch_size)
    : phase_(phase), batch_size_(batch_size) {
  for (const StagePlan& stage : phase.stages) {
    options.stage = stage.number;
    stages_.emplace_back(stage.config.mixture, options);
  }
}

Batch PhaseData::batch(int64_t phase_step) const {
  const StagePlan& stage = phase_.stage_at(phase_step);
  const auto place = static_cast<size_t>(stage.number - phase_.stages.front().number);
  return stages_[place].rows((phase_step - stage.first_step) * batch_size_, batch_size_);
}

Stage::Options data_options(const RunConfig& config, const Path& data_root) {
  return {.data_root = data_root,
          .width = config.model->block_size,
          .vocab_size = config.model->vocab_size,
          .seed = static_cast<uint64_t>(config.trainer.seed),
          .stage = 0};
}

}  // namespace twofold
