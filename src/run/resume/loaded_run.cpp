#include "run/resume/loaded_run.h"

#include "base/error.h"

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

const BaseTrainer& LoadedRun::trainer() const {
  const auto* trainer = dynamic_cast<const BaseTrainer*>(job.get());
  TWOFOLD_EXPECT(trainer, "a training checkpoint holds a training job's config");
  return *trainer;
}

LoRAConfig LoadedRun::lora() const {
  LoRAConfig lora = trainer().lora_config();
  lora.rows = state.progress.trained_rows;
  return lora;
}

int64_t LoadedRun::first_new_token() const {
  const RowIds& rows = state.progress.trained_rows;
  if (trainer().tokenizer_config().add_tokens.empty()) return 0;
  TWOFOLD_EXPECT(!rows.empty(), "a run with added tokens says which rows they have");
  return rows.begin()->second.front();
}

std::unique_ptr<Job> job_of_checkpoint(const CheckpointInfo& checkpoint) {
  const config::Source source{.text = CheckpointStore::config_yaml(checkpoint),
                              .name = (checkpoint.folder / "config.yaml").string()};
  std::unique_ptr<Job> job = make_job(config::job_of(source).value_or(""));
  config::Fields fields;
  job->declare(fields);
  config::load(fields, source);
  return job;
}

LoadedRun load_run(const ExecutionSpec& spec, const std::string& suffix) {
  spec.validate();
  LoadedRun run{.checkpoint = find_checkpoint(spec, suffix), .job = nullptr, .state = {}};
  run.job = job_of_checkpoint(run.checkpoint);
  run.state =
      restore_weights(run.checkpoint, run.trainer().model_config(), run.trainer().lora_config());
  return run;
}

}  // namespace twofold
