#include "twofold/why.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "inspect/row_text.h"
#include "inspect/spike.h"
#include "run/phase_data.h"
#include "run/resume/data_check.h"
#include "run/resume/saved_config.h"
#include "tokenizer/load/files.h"
#include "tokenizer/load/make.h"
#include "train/run_state_json.h"

namespace twofold {
namespace {

/// Where a step lies in its run.
struct Place {
  const PhasePlan* phase = nullptr;
  int64_t phase_step = 0;
};

std::optional<CheckpointInfo> newest(const ExecutionSpec& spec) {
  return CheckpointStore(spec.checkpoints()).newest_valid([](const std::string&) {});
}

/// A phase may have ended before its budget did: where the run's last one began, its state says.
Place place_of(int64_t step, const std::vector<PhasePlan>& phases, const RunState& now) {
  Place place;
  int64_t begin = 0;
  for (const PhasePlan& phase : phases) {
    if (phase.phase.number == now.phase) begin = now.step - now.phase_step;
    if (place.phase && step <= begin) break;
    place = {.phase = &phase, .phase_step = step - begin - 1};
    if (phase.phase.number >= now.phase) break;
    begin += phase.steps;
  }
  return place;
}

std::unique_ptr<Tokenizer> tokenizer_of_run(const RunConfig& config,
                                            const std::optional<CheckpointInfo>& checkpoint) {
  TokenizerConfig named = tokenizer_of(config.tokenizer, config.model->weights);
  if (checkpoint) {
    named = tokenizer_in(CheckpointStore::kept_folder(*checkpoint),
                         CheckpointStore::kept(*checkpoint), named);
  }
  try {
    return make_tokenizer(named);
  } catch (const Error&) {  // a run needs none
    return nullptr;
  }
}

RowLossFile open_losses(const ExecutionSpec& spec) {
  const Path file = spec.results() / kRowLossesFile;
  if (std::filesystem::exists(file)) return RowLossFile(file);
  fail({.what = "this run has not kept the losses of its rows",
        .where = file.string(),
        .expected = "a run with logging/row_losses",
        .found = "no such file",
        .hint = "check NAME, ROOT, --project and --group; a run that goes on with "
                "logging.row_losses=true keeps them from there on"});
}

StepLoss choose(const RowLossFile& file, int64_t wanted, const ExecutionSpec& spec) {
  const std::vector<StepLoss> steps = losses_of_steps(file.all());
  const auto found = std::ranges::find(steps, wanted, &StepLoss::step);
  if (found != steps.end()) return *found;
  if (wanted == 0 && !steps.empty()) return largest_rise(steps);
  fail({.what = "the losses of the rows of this step are not kept",
        .where = (spec.results() / kRowLossesFile).string(),
        .expected = steps.empty() ? "a step"
                                  : fmt::format("a step from {} to {}", steps.front().step,
                                                steps.back().step),
        .found = steps.empty() ? "none" : fmt::format("--step {}", wanted),
        .hint = "give another step; without --step it is the one whose loss rises most"});
}

/// The rows of the batch with their losses, the largest share first.
std::vector<RankedRow> ranked(const Batch& batch, std::span<const RowLossRecord> losses,
                              const Tokenizer* tokenizer) {
  double sum = 0;
  for (const RowLossRecord& record : losses) sum += record.sum;
  std::vector<RankedRow> rows;
  for (const RowLossRecord& record : losses) {
    const RowSource& source = batch.sources.at(static_cast<size_t>(record.row));
    rows.push_back({.dataset = source.dataset,
                    .row = source.row,
                    .epoch = source.epoch,
                    .loss = {.sum = record.sum, .count = record.count},
                    .share = sum > 0 ? record.sum / sum : 0,
                    .text = row_text(batch, record.row, tokenizer)});
  }
  std::ranges::stable_sort(rows, std::greater<>(), &RankedRow::share);
  return rows;
}

/// The batch must be what was trained on: the labels of each row are counted.
void require_same_rows(const Batch& batch, std::span<const RowLossRecord> losses,
                       const Path& data) {
  for (const RowLossRecord& record : losses) {
    const bool there = record.row < batch.rows;
    const int64_t found = there ? batch.slice(record.row, record.row + 1).supervised() : 0;
    if (found == record.count) continue;
    fail({.what = "the data are not those that the run was trained on",
          .where = data.string(),
          .expected = fmt::format("{} supervised tokens in row {} of step {}", record.count,
                                  record.row, record.step),
          .found = std::to_string(found),
          .hint = "put back the dataset that it was trained on"});
  }
}

}  // namespace

StepRows why(const ExecutionSpec& spec, int64_t step) {
  spec.validate();
  const RowLossFile file = open_losses(spec);
  const StepLoss chosen = choose(file, step, spec);
  const RunConfig config = read_run_config(spec.results() / "config.yaml");
  const std::optional<CheckpointInfo> checkpoint = newest(spec);
  const int64_t rows = config.trainer.batch_size;
  const RunPlan plan{.phases = plan_phases(phases_of(config), rows * config.model->block_size)};
  RunState now{.phase = plan.phases.front().phase.number};
  if (checkpoint) {
    now = state_from_json(checkpoint->state, checkpoint->folder.string());
    Observer quiet;
    check_data(now, plan, /*validation=*/false, spec, checkpoint->suffix, quiet);
  }
  const Place place = place_of(chosen.step, plan.phases, now);
  const PhaseData data(*place.phase, data_options(config, spec.data()), rows);
  const Batch batch = data.batch(place.phase_step);
  const auto losses = file.of_step(chosen.step);
  require_same_rows(batch, losses, spec.data());
  return {.step = chosen.step,
          .phase = place.phase->phase.number,
          .loss = chosen.loss,
          .before = chosen.before,
          .rows = ranked(batch, losses, tokenizer_of_run(config, checkpoint).get())};
}

}  // namespace twofold
