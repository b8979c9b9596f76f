#include "run/base_trainer.h"

#include "base/error.h"
#include "data/order/mixture.h"
#include "run/adapters/warm_start.h"
#include "run/reference_keys.h"
#include "model/checks.h"
#include "model/hf/hugging_face.h"
#include "tokenizer/load/added_tokens.h"
#include "model/families/registry.h"

namespace twofold {

namespace {

/// Where stages have their budgets and datasets, in the jobs of both trainers.
const std::vector<std::string> kStages = {"training/tokens", "training/dataset",
                                          "training/pre_lora_", "training/post_lora_"};

}  // namespace

BaseTrainer::BaseTrainer(const std::string& family) : model_(make_model_config(family)) {}

void BaseTrainer::declare(config::Fields& fields) {
  model_->declare(fields);
  optimizer_.declare(fields);
  schedule_.declare(fields);
  declare_stages(fields);
  trainer_.declare(fields);
  tokenizer_.declare(fields);
  declare_absent(fields);
}

void BaseTrainer::declare_stages(config::Fields& fields) { data_.declare(fields); }

std::vector<PhaseStages> BaseTrainer::phases() const { return {{1, data_.stages()}}; }

AdapterPlan BaseTrainer::adapter_plan(const Model&) const { return {}; }

/// Whether the head is a matrix of its own after all.
void BaseTrainer::settle_head(std::vector<std::string>& lines) {
  if (model_->untie && model_->weights.empty()) {
    fail({.what = "there is nothing to untie",
          .where = "architecture/backbone/untie",
          .expected = "architecture/backbone/weights",
          .found = "no weights",
          .hint = "for fresh weights, set architecture/tie_word_embeddings to false"});
  }
  if (model_->weights.empty()) return;
  std::vector<std::string> folders = lora_.base_adapters;
  if (!lora_.from_adapter.empty()) folders.push_back(lora_.from_adapter);
  const std::string folder = asks_to_untie(folders, *model_);
  if (folder.empty()) return;
  model_->untie_head();
  lines.push_back("architecture/backbone/untie = true from " + folder);
}

void BaseTrainer::fill_architecture(const std::vector<std::string>& set_keys,
                                    config::Checks& checks, std::vector<std::string>& lines) {
  std::vector<std::string> kept = set_keys;
  std::optional<int64_t> wanted;
  if (!tokenizer_.add_tokens.empty() && std::erase(kept, "architecture/vocab_size") > 0) {
    wanted = model_->vocab_size;  // compared with what the weights and the new tokens need together
  }
  checks.run({"architecture/"}, [&] {
    if (!model_->weights.empty()) {
      for (const auto& [key, value] : configure_from_hf(*model_, model_->weights, kept)) {
        lines.push_back(key + " = " + value + " from " + model_->weights + "/config.json");
      }
    }
    settle_head(lines);
  });
  // What the sizes must be to each other is about them: the rest of the architecture stays known.
  checks.run({"architecture/", "architecture/n_embd"}, [&] {
    model_->validate();
    check_parameters(*model_->build());
  });
  checks.run({"tokenizer/", "architecture/"}, [&] {
    if (model_->untie && !tokenizer_.add_tokens.empty()) {
      fail(
          {.what = "the rows of new tokens are one thing in the weights and two in an untied model",
           .where = kAddTokens,
           .expected = "no new tokens, or a model whose embedding is its head as in its weights",
           .found = "architecture/backbone/untie",
           .hint = "leave one of the two out"});
    }
    added_ = settle_vocabulary(tokenizer_, wanted, *model_);
    if (added_.tokens.count == 0) return;
    lora_.rows = rows_of(added_.tokens, model_->build()->parameters());
    lines.push_back(describe(added_, *model_));
  });
}

std::vector<std::string> BaseTrainer::resolve(const std::vector<std::string>& set_keys,
                                              config::Checks& checks) {
  std::vector<std::string> lines;
  fill_architecture(set_keys, checks, lines);
  check_names(checks);
  checks.run(kStages, [&] { phases(); });
  for (const StageMixture& stage : mixtures()) {
    checks.run_aside({stage.key}, [&] { check_mixture(stage.mixture, stage.place); });
  }
  std::vector<std::string> budgets = kStages;
  budgets.emplace_back("training/batch_size");
  if (knows(checks, {"architecture/block_size"})) {
    checks.run(budgets, [&] { plan_phases(phases(), trainer_.batch_size * model_->block_size); });
  }
  checks.run_aside({"optimization/schedule", "optimization/constant_pct", "training/warmup_pct",
                    "training/decay_pct"},
                   [&] { schedule_.validate(); });
  return lines;
}

bool BaseTrainer::knows(const config::Checks& checks, std::vector<std::string> keys) const {
  // Weights fill in what the config leaves open, and do so only where all of it is sound.
  if (!model_->weights.empty()) return checks.is_sound({"architecture/"});
  keys.emplace_back("architecture/backbone/");
  return checks.is_sound(keys);
}

void BaseTrainer::check_files(const std::filesystem::path& root, config::Checks& checks) {
  DataNeeds needs;
  if (knows(checks, {"architecture/block_size"})) needs.width = model_->block_size;
  if (knows(checks, {"architecture/vocab_size"})) needs.vocab_size = model_->vocab_size;
  needs.validation = checks.is_sound({"training/validation"}) && trainer_.validation;
  for (const StageMixture& stage : mixtures()) {
    checks.run_aside({stage.key},
                     [&] { open_data(root / "data", stage.mixture, needs, data_rows_); });
  }
  checks.run_aside({"tokenizer/", "logging/samples"}, [&] {
    if (trainer_.samples > 0) make_tokenizer(tokenizer_);
  });
}

Mixture BaseTrainer::datasets() const {
  Mixture all;
  for (const StageMixture& stage : mixtures()) {
    all.insert(all.end(), stage.mixture.begin(), stage.mixture.end());
  }
  return all;
}

RunPlan BaseTrainer::make_run_plan() const {
  const std::unique_ptr<Model> model = model_->build();
  return make_plan(trainer_, *model_, *model, phases(), adapter_plan(*model));
}

std::vector<Table> BaseTrainer::plan(const std::filesystem::path&) {
  return tables(make_run_plan());
}

std::vector<Table> BaseTrainer::tables(const RunPlan& plan) const {
  std::vector<Table> all = describe(plan, *model_, data_rows_);
  if (added_.tokens.count > 0) all.push_back(new_tokens_table(added_, tokenizer_, *model_));
  for (Table& table : more_tables()) all.push_back(std::move(table));
  return all;
}

}  // namespace twofold
