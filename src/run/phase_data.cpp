#include "run/phase_data.h"

namespace twofold {

PhaseData::PhaseData(const PhasePlan& phase, Stage::Options options, int64_t batch_size)
    : order_(phase.order(batch_size)), batch_size_(batch_size), width_(options.width) {
  for (const StagePlan& stage : phase.stages) {
    options.stage = stage.number;
    stages_.emplace_back(stage.config.mixture, options);
  }
}

Batch PhaseData::batch(int64_t phase_step) const {
  Batch batch(batch_size_, width_);
  int64_t slot = 0;
  for (const StageRows& part : order_.of_step(phase_step)) {
    stages_[part.stage].read(part.first, part.count, batch, slot);
    slot += part.count;
  }
  return batch;
}

Stage::Options data_options(const RunConfig& config, const Path& data_root) {
  return {.data_root = data_root,
          .width = config.model->block_size,
          .vocab_size = config.model->vocab_size,
          .seed = static_cast<uint64_t>(config.trainer.seed),
          .stage = 0};
}

}  // namespace twofold
