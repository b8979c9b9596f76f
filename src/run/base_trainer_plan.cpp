// What a trainer is going to do: its plan, and rows as they are trained on.

#include "base/error.h"
#include "run/adapters/plan.h"
#include "run/base_trainer.h"
#include "run/plan/learnt.h"
#include "run/plan/logs.h"
#include "run/plan/warnings.h"
#include "run/records_preview.h"
#include "run/sources.h"
#include "tokenizer/load/make.h"

namespace twofold {

RunPlan BaseTrainer::make_run_plan() const {
  const std::unique_ptr<Model> model = config_.model->build();
  return make_plan(config_.trainer, *config_.model, *model, phases(),
                   config_.trains_adapters() ? plan_adapters(*model, config_.lora) : AdapterPlan{});
}

std::vector<Table> BaseTrainer::plan(const std::filesystem::path&) {
  const RunPlan plan = make_run_plan();
  std::vector<Table> all = tables(plan);
  Table unusual{.title = "Unusual"};
  for (std::string& line : warnings(plan)) unusual.rows.push_back({std::move(line)});
  if (!unusual.rows.empty()) all.push_back(std::move(unusual));
  return all;
}

std::vector<std::string> BaseTrainer::warnings(const RunPlan& plan) const {
  return plan_warnings(config_, plan,
                       {.root = data_root_, .rows = data_rows_, .needs = data_needs_});
}

std::vector<Table> BaseTrainer::tables(const RunPlan& plan) const {
  std::vector<Table> all = describe(plan, *config_.model, data_rows_);
  if (added_.tokens.count > 0) {
    all.push_back(new_tokens_table(added_, config_.tokenizer, *config_.model));
  }
  if (config_.trains_adapters())
    all.push_back(adapted_tensors(*config_.model->build(), config_.lora));
  if (!data_rows_.empty()) {
    all.push_back(learnt_table(data_root_, config_.datasets(), data_rows_));
  }
  if (config_.trainer.recorders.any_log()) {
    all.push_back(logs_table(config_.trainer.recorders, spec_, data_root_.parent_path()));
  }
  return all;
}

std::vector<PreviewRow> BaseTrainer::rows(size_t count) const {
  std::unique_ptr<Tokenizer> tokenizer;
  try {
    tokenizer = make_tokenizer(tokenizer_of_run(config_, stand_in_.get()));
  } catch (const Error&) {  // training takes ids
    return {};
  }
  // Where the settings do not name a tokenizer, their default is that of another model.
  if (tokenizer->vocab_size() > config_.model->vocab_size) return {};
  return first_rows(data_root_, config_.datasets(), data_rows_, *tokenizer, count);
}

Preview BaseTrainer::preview(const std::filesystem::path&) {
  constexpr size_t kShown = 3;
  Preview preview;
  if (!data_rows_.empty()) {
    preview = {.tables = {learnt_table(data_root_, config_.datasets(), data_rows_)},
               .rows = rows(kShown)};
  }
  for (const Sampling& sampling : config_.datasets()) {
    if (sampling.source.empty()) continue;
    const TokenizerConfig settings = tokenizer_of_run(config_, stand_in_.get());
    const auto tokenizer = make_tokenizer(settings);
    add_records(sampling.label(), preview_source(config_, sampling, settings, *tokenizer),
                *tokenizer, preview);
  }
  return preview;
}

}  // namespace twofold
