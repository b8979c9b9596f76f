#include "run/resume/loaded_run.h"

#include "base/error.h"
#include "run/resume/kept_files.h"
#include "run/resume/saved_config.h"
#include "tensor/device.h"
#include "tokenizer/load/files.h"

namespace twofold {
namespace {

CheckpointInfo find_checkpoint(const ExecutionSpec& spec, const std::string& suffix) {
  if (!suffix.empty()) return CheckpointStore::open(spec.checkpoints() / suffix, suffix);
  const auto newest = CheckpointStore(spec.checkpoints()).newest_valid([](const std::string&) {});
  if (!newest) {
    fail({.what = "no checkpoint of this run",
          .where = spec.checkpoints().string(),
          .expected = "a run that has saved at least once",
          .found = "none",
          .hint = "check NAME, ROOT, --project and --group"});
  }
  return *newest;
}

}  // namespace

const LoRAParams& LoadedRun::adapters() const {
  static const LoRAParams kNone;
  const LoRATrainState* adapted = state->adapted();
  return adapted ? adapted->adapters : kNone;
}

LoRAConfig LoadedRun::lora() const {
  LoRAConfig lora = config.lora;
  lora.trained_tokens = state->progress.trained_tokens;
  return lora;
}

int64_t LoadedRun::first_new_token() const {
  const RowIds& rows = state->progress.trained_tokens;
  if (config.tokenizer.add_tokens.empty()) return 0;
  TWOFOLD_EXPECT(!rows.empty(), "a run with added tokens says which rows they have");
  return rows.begin()->second.front();
}

LoadedRun load_run(const ExecutionSpec& spec, const std::string& suffix,
                   const std::string& device) {
  spec.validate();
  CheckpointInfo checkpoint = find_checkpoint(spec, suffix);
  RunConfig config = saved_config(checkpoint);
  const at::Device there = device_of(device.empty() ? config.trainer.device : device, "--device");
  auto state = restore_weights(checkpoint, *config.model, config.lora, there);
  const TokenizerConfig named = tokenizer_of(config.tokenizer, config.model->weights);
  TokenizerConfig tokenizer =
      tokenizer_in(CheckpointStore::kept_folder(checkpoint), state->kept, named);
  complete_files(config, state->kept);
  return {.checkpoint = std::move(checkpoint),
          .config = std::move(config),
          .state = std::move(state),
          .tokenizer = std::move(tokenizer)};
}

}  // namespace twofold
