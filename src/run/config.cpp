#include "run/config.h"

#include <fmt/format.h>

#include "base/error.h"
#include "tensor/device.h"

namespace twofold {
namespace {

/// Bounds of a token budget: far more tokens than there is text, and sums of many budgets stay
/// exact.
const Constraint kBudget{.min = 1, .max = 0x1p48};

}  // namespace

void TrainerConfig::declare(config::Fields& fields) {
  fields.add("training/seed", seed,
             "Seed of everything random: initial weights, data order, dropout.", {.min = 0});
  fields.add("training/batch_size", batch_size,
             "Sequences an optimizer step; a step consumes batch_size x block_size tokens.",
             {.min = 1, .max = kMaxSize});
  fields.add(
      "training/per_device_batch_size", per_device_batch_size,
      "Sequences a forward pass; -1 chooses the largest that the memory plan admits. The loss "
      "does not depend on it.",
      {.min = 1, .max = kMaxSize, .or_else = -1});
  fields.add("training/validation", validation, "Score validation data during the run.");
  fields.add("training/validation_steps", validation_steps,
             "Validation sequences of each dataset (fewer if its val split is smaller).",
             {.min = 1});
  fields.add("training/patience", patience,
             "End the phase after this many validations without a better loss; 0 = never.",
             {.min = 0});
  declare_logging(fields);
  declare_runtime(fields);
}

void TrainerConfig::declare_logging(config::Fields& fields) {
  fields.add("logging/report_interval", report_interval, "Steps between lines of metrics.jsonl.",
             {.min = 1});
  fields.add("logging/checkpoint_interval", checkpoint_interval,
             "Steps between periodic checkpoints; 0 = none.", {.min = 0});
  fields.add("logging/validation_interval", validation_interval, "Steps between validations.",
             {.min = 1});
  fields.add("logging/keep", keep, "Periodic checkpoints kept, newest first; 0 keeps all.",
             {.min = 0});
  fields.add("logging/row_losses", row_losses,
             "Keep the loss of every row of every step in row_losses.bin (24 bytes a row), for "
             "`twofold why`.");
  fields.add("logging/samples", samples,
             "Samples of text to write when a run ends (needs the tokenizer); 0 = none.",
             {.min = 0, .max = kMaxSize});
  fields.add("logging/sample_tokens", sample_tokens, "Tokens a sample.",
             {.min = 1, .max = kMaxSize});
}

void TrainerConfig::declare_runtime(config::Fields& fields) {
  fields.add("runtime/device", device,
             "What the run is computed on: the processor, or (cuda) the first GPU, which needs a "
             "libtorch with CUDA.",
             {.choices = device_names()});
  fields.add(
      "runtime/threads", threads,
      "Threads; 0 = physical cores. They wait for each other awake, or asleep if the cores had "
      "other work when the program began; OMP_WAIT_POLICY in the environment decides otherwise.",
      {.min = 0, .max = kMaxThreads});
}

void BaseTrainerConfig::declare(config::Fields& fields) {
  fields.add("training/tokens", tokens, "Token budget of the run.", kBudget);
  fields.add("training/dataset", dataset, "Mixture to train on; rates sum to 1.");
}

std::vector<StageConfig> BaseTrainerConfig::stages() const {
  return {{tokens, dataset, "training/tokens", "training/dataset"}};
}

std::vector<StageMixture> BaseTrainerConfig::mixtures() const {
  return {{"training/dataset", "training/dataset", dataset}};
}

void LoRATrainerConfig::declare(config::Fields& fields) {
  fields.add("training/pre_lora_tokens", pre_lora_tokens,
             "Phase 1: token budget of each stage. Empty lists start the run in phase 2.", kBudget);
  fields.add("training/pre_lora_dataset", pre_lora_dataset,
             "Phase 1: mixture of each stage; rates of a mixture sum to 1.");
  fields.add("training/post_lora_tokens", post_lora_tokens, "Phase 2: token budget of each stage.",
             kBudget);
  fields.add("training/post_lora_dataset", post_lora_dataset, "Phase 2: mixture of each stage.");
}

namespace {

std::vector<StageConfig> pair_up(const std::vector<int64_t>& tokens,
                                 const std::vector<Mixture>& mixtures, const std::string& phase) {
  const std::string tokens_key = "training/" + phase + "_tokens";
  const std::string dataset_key = "training/" + phase + "_dataset";
  if (tokens.size() != mixtures.size()) {
    fail({.what = "every stage needs one token budget and one mixture",
          .where = tokens_key + ", " + dataset_key,
          .expected = "lists of the same length",
          .found = fmt::format("{} budgets and {} mixtures", tokens.size(), mixtures.size()),
          .hint = "give one of each for every stage, or two empty lists for none"});
  }
  std::vector<StageConfig> stages;
  for (size_t i = 0; i < tokens.size(); ++i) {
    stages.push_back({tokens[i], mixtures[i], fmt::format("{}/{}", tokens_key, i),
                      fmt::format("{}/{}", dataset_key, i)});
  }
  return stages;
}

}  // namespace

std::vector<StageConfig> LoRATrainerConfig::pre_stages() const {
  return pair_up(pre_lora_tokens, pre_lora_dataset, "pre_lora");
}

std::vector<StageConfig> LoRATrainerConfig::post_stages() const {
  if (post_lora_tokens.empty()) {
    fail({.what = "phase 2 has no stage",
          .where = "training/post_lora_tokens",
          .expected = "at least one token budget and mixture",
          .found = "an empty list",
          .hint = "to train without adapters use a .../train/pretrain job"});
  }
  return pair_up(post_lora_tokens, post_lora_dataset, "post_lora");
}

std::vector<StageMixture> LoRATrainerConfig::mixtures() const {
  std::vector<StageMixture> all;
  const auto add = [&](const std::string& key, const std::vector<Mixture>& stages) {
    for (size_t i = 0; i < stages.size(); ++i) {
      all.push_back({key, fmt::format("{}/{}", key, i), stages[i]});
    }
  };
  add("training/pre_lora_dataset", pre_lora_dataset);
  add("training/post_lora_dataset", post_lora_dataset);
  return all;
}

}  // namespace twofold
