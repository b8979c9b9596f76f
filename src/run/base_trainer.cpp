#include "run/base_trainer.h"

#include "base/error.h"
#include "data/order/mixture.h"
#include "model/checks.h"
#include "model/families/names.h"
#include "model/families/registry.h"
#include "model/hf/hugging_face.h"
#include "run/adapters/plan.h"
#include "run/adapters/warm_start.h"
#include "run/sources.h"
#include "run/task_evaluations.h"
#include "tokenizer/config.h"
#include "tokenizer/load/make.h"

namespace twofold {

namespace {

/// The keys of the stages' budgets and datasets, in the jobs of both trainers.
const std::vector<std::string> kStages = {"training/tokens",    "training/dataset",
                                          "training/pre_lora_", "training/post_lora_",
                                          "training/fade",      "continual/"};

}  // namespace

/// Whether the head is a matrix of its own after all.
void BaseTrainer::resolve_head(std::vector<std::string>& lines) {
  if (config_.model->untie && config_.model->weights.empty()) {
    fail({.what = "there is nothing to untie",
          .where = "architecture/backbone/untie",
          .expected = "architecture/backbone/weights",
          .found = "no weights",
          .hint = "for fresh weights, set architecture/tie_word_embeddings to false"});
  }
  if (config_.model->weights.empty()) return;
  std::vector<std::string> folders = config_.lora.base_adapters;
  if (!config_.lora.from_adapter.empty()) folders.push_back(config_.lora.from_adapter);
  std::string folder = asks_to_untie(folders, *config_.model);
  if (folder.empty() && stand_in_ && stand_in_->adapters && stand_in_->saved.model->untie) {
    folder = stand_in_->config_file().string();
  }
  if (folder.empty()) return;
  config_.model->untie_head();
  lines.push_back("architecture/backbone/untie = true from " + folder);
}

void BaseTrainer::take_architecture(const std::vector<std::string>& kept,
                                    std::vector<std::string>& lines) {
  ModelConfig& model = *config_.model;
  if (model.weights.empty()) return;
  const bool gone = stand_in_ && stand_in_->weights;
  if (!gone) require_weights(model.weights);
  const Path file = gone ? stand_in_->config_file() : hf_config_file(model.weights);
  for (const auto& [key, value] :
       gone ? configure_from_saved(model, *stand_in_->saved.model, file, kept)
            : configure_from_hf(model, model.weights, kept)) {
    lines.push_back(key + " = " + value + " from " + file.string());
  }
}

void BaseTrainer::fill_architecture(const std::vector<std::string>& set_keys,
                                    config::Checks& checks, std::vector<std::string>& lines) {
  std::vector<std::string> kept = set_keys;
  std::optional<int64_t> wanted;
  if (!config_.tokenizer.add_tokens.empty() && std::erase(kept, "architecture/vocab_size") > 0) {
    wanted = config_.model
                 ->vocab_size;  // compared with what the weights and the new tokens need together
  }
  checks.run({"architecture/"}, [&] {
    take_architecture(kept, lines);
    resolve_head(lines);
  });
  // What the sizes must be to each other is about them: the rest of the architecture stays known.
  checks.run({"architecture/", "architecture/n_embd"}, [&] {
    config_.model->validate();
    check_parameters(*config_.model->build());
  });
  checks.run({"tokenizer/", "architecture/"}, [&] {
    if (config_.model->untie && !config_.tokenizer.add_tokens.empty()) {
      fail(
          {.what = "the rows of new tokens are one thing in the weights and two in an untied model",
           .where = kAddTokens,
           .expected = "no new tokens, or a model whose embedding is its head as in its weights",
           .found = "architecture/backbone/untie",
           .hint = "leave one of the two out"});
    }
    added_ = resolve_vocabulary(tokenizer_of_run(config_, stand_in_.get()), wanted, *config_.model);
    if (added_.tokens.count == 0) return;
    added_.restored = stand_in_ && stand_in_->weights;
    config_.lora.trained_tokens = rows_of(added_.tokens, config_.model->build()->parameters());
    lines.push_back(describe(added_, *config_.model));
  });
}

std::vector<std::string> BaseTrainer::resolve(const std::vector<std::string>& set_keys,
                                              config::Checks& checks) {
  stand_in_ = find_stand_in(config_, spec_, restore_path_);
  std::vector<std::string> lines;
  if (stand_in_) lines = stand_in_->notes;
  checks.run_aside({"logging/"}, [&] { config_.off.validate(); });
  if (config_.adapts && !config_.continual &&
      checks.is_sound({"training/tokens", "training/dataset"})) {
    for (std::string& line : config_.stages.take_one_stage(set_keys)) {
      lines.push_back(std::move(line));
    }
  }
  fill_architecture(set_keys, checks, lines);
  evaluation_tasks(config_.evaluation, lines);
  checks.run_aside({"eval/", "training/evaluate"}, [&] {
    check_tasks(config_.evaluation);
    if (!config_.evaluation.data.empty()) check_task_data(config_.evaluation, {});
  });
  // Blocks that a faulty n_layers does not count, or a table that a faulty switch unties, cannot be
  // told from names that are nowhere: the targets are looked at again when that is mended.
  if (config_.adapts && knows(checks, naming_keys(*config_.model))) {
    check_targets(config_, checks);
  }
  check_stages(checks);
  checks.run_aside({"optimization/schedule", "optimization/constant_pct", "training/warmup_pct",
                    "training/decay_pct"},
                   [&] { config_.schedule.validate(); });
  if (config_.lora.from_adapter.empty()) return lines;
  checks.run({"architecture/", "optimization/"}, [&] {
    if (stand_in_ && stand_in_->adapters) {
      fill_from_saved(config_.lora, stand_in_->saved.lora, set_keys);
      return;
    }
    for (std::string& line : fill_from_adapter(config_.lora, *config_.model, set_keys)) {
      lines.push_back(std::move(line));
    }
  });
  return lines;
}

void BaseTrainer::check_stages(config::Checks& checks) const {
  checks.run(kStages, [&] { phases(); });
  for (const StageMixture& stage : config_.mixtures()) {
    checks.run_aside({stage.key}, [&] { check_mixture(stage.mixture, stage.place); });
  }
  std::vector<std::string> budgets = kStages;
  budgets.emplace_back("training/batch_size");
  if (!knows(checks, {"architecture/block_size"})) return;
  checks.run(budgets, [&] {
    plan_phases(phases(), config_.trainer.batch_size * config_.model->block_size);
  });
}

bool BaseTrainer::knows(const config::Checks& checks, std::vector<std::string> keys) const {
  // Weights fill in what the config leaves open, and do so only where all of it is sound.
  if (!config_.model->weights.empty()) return checks.is_sound({"architecture/"});
  keys.emplace_back("architecture/backbone/");
  return checks.is_sound(keys);
}

void BaseTrainer::make_datasets(const std::filesystem::path& root, config::Checks& checks,
                                Observer& observer) {
  checks.run({"training/"}, [&] {
    twofold::make_datasets(config_, tokenizer_of_run(config_, stand_in_.get()), root / "data",
                           observer);
  });
}

void BaseTrainer::check_files(const std::filesystem::path& root, config::Checks& checks) {
  data_root_ = root / "data";
  DataNeeds& needs = data_needs_;
  if (knows(checks, {"architecture/block_size"})) needs.width = config_.model->block_size;
  if (knows(checks, {"architecture/vocab_size"})) needs.vocab_size = config_.model->vocab_size;
  needs.validation = checks.is_sound({"training/validation"}) && config_.trainer.validation;
  for (const StageMixture& stage : config_.mixtures()) {
    checks.run_aside({stage.key, "data/"}, [&] {
      for (const Sampling& sampling : stage.mixture) {
        if (!sampling.source.empty()) check_source(config_, sampling);
      }
    });
    checks.run_aside({stage.key}, [&] { open_data(data_root_, stage.mixture, needs, data_rows_); });
  }
  if (config_.evaluation.data.empty()) {  // else it has been looked at
    checks.run_aside({"eval/", "training/evaluate"},
                     [&] { check_task_data(config_.evaluation, root); });
  }
  checks.run_aside({"tokenizer/", "logging/samples", "eval/", "training/evaluate"}, [&] {
    const bool asks = config_.evaluation.evaluate && !config_.evaluation.evaluations.empty();
    if (config_.trainer.samples > 0 || asks) {
      make_tokenizer(tokenizer_of_run(config_, stand_in_.get()));
    }
  });
}

}  // namespace twofold
