#include "run/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "tensor/device.h"

namespace twofold {

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
  declare_recorders(fields);
  fields.add("logging/samples", samples,
             "Samples of text to write when a run ends (needs the tokenizer); 0 = none.",
             {.min = 0, .max = kMaxSize});
  fields.add("logging/sample_tokens", sample_tokens, "Tokens a sample.",
             {.min = 1, .max = kMaxSize});
}

void TrainerConfig::declare_recorders(config::Fields& fields) {
  fields.add("logging/row_losses", recorders.row_losses,
             "Keep the loss of every row of every step in row_losses.bin (24 bytes a row), for "
             "`twofold why`.");
  fields.add("logging/tensorboard", recorders.tensorboard,
             "Write TensorBoard's event file into tensorboard/, beside metrics.jsonl.");
  fields.add(
      "logging/trackio", recorders.trackio,
      "Write the run into a database of Trackio: $TRACKIO_DIR/PROJECT.db, or PROJECT.db beside "
      "metrics.jsonl without that variable.");
  fields.add("logging/wandb", recorders.wandb,
             "Write an offline run of Weights & Biases into wandb/, beside metrics.jsonl; `wandb "
             "sync` sends it.");
  fields.add("logging/csv", recorders.csv, "Write metrics.csv, beside metrics.jsonl.");
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
  fields.add(kTokens, tokens, "Token budget of the run.", kBudget);
  fields.add(kDataset, dataset, "Mixture to train on; rates sum to 1.");
}

std::vector<StageConfig> BaseTrainerConfig::stages() const {
  return {{tokens, dataset, kTokens, kDataset}};
}

std::vector<StageMixture> BaseTrainerConfig::mixtures() const {
  return {{kDataset, kDataset, dataset}};
}

namespace {

/// Where stage `i` of the `stages` of the setting `key` was set: one may be set without a list.
std::string place_of(const std::string& key, size_t i, size_t stages) {
  const bool one = stages == 1 && (key == kTokens || key == kDataset);
  return one ? key : fmt::format("{}/{}", key, i);
}

/// Takes the value of `one_key` for `list_key` where only the former is among `set_keys`. A config
/// with every key in it has set neither of them on purpose while `one` is its default.
template <class Value>
void take(const std::string& one_key, const Value& one, const Value& by_default,
          std::string& list_key, std::vector<Value>& list, const std::vector<std::string>& set_keys,
          std::vector<std::string>& lines) {
  const auto is_set = [&](const std::string& key) {
    return std::ranges::find(set_keys, key) != set_keys.end();
  };
  const auto text = [](const std::vector<Value>& values) {
    return config::flow_text(config::value_of(values));
  };
  if (!is_set(one_key)) return;
  const std::vector<Value> wanted = {one}, untouched = {by_default};
  if (!is_set(list_key)) {
    lines.push_back(fmt::format("{} = {} from {}", list_key, text(wanted), one_key));
    list = wanted;
    list_key = one_key;
  } else if (text(wanted) != text(untouched) && text(list) != text(wanted)) {
    lines.push_back(fmt::format("{} = {} counts, and {} does not: both are set, and differ",
                                list_key, text(list), one_key));
  }
}

}  // namespace

void LoRATrainerConfig::declare(config::Fields& fields) {
  fields.add(kTokens, tokens,
             "Phase 1: budget of its one stage, where training/pre_lora_tokens is not set.",
             kBudget);
  fields.add(kDataset, dataset,
             "Phase 1: mixture of its one stage, where training/pre_lora_dataset is not set.");
  fields.add("training/pre_lora_tokens", pre_lora_tokens,
             "Phase 1: token budget of each stage. Empty lists start the run in phase 2.", kBudget);
  fields.add("training/pre_lora_dataset", pre_lora_dataset,
             "Phase 1: mixture of each stage; rates of a mixture sum to 1.");
  fields.add("training/post_lora_tokens", post_lora_tokens, "Phase 2: token budget of each stage.",
             kBudget);
  fields.add("training/post_lora_dataset", post_lora_dataset, "Phase 2: mixture of each stage.");
}

std::vector<StageConfig> pair_up(const std::vector<int64_t>& tokens,
                                 const std::vector<Mixture>& mixtures,
                                 const std::string& tokens_key, const std::string& dataset_key) {
  const size_t count = tokens.size();
  if (count != mixtures.size()) {
    fail({.what = "every stage needs one token budget and one mixture",
          .where = tokens_key + ", " + dataset_key,
          .expected = "lists of the same length",
          .found = fmt::format("{} budgets and {} mixtures", count, mixtures.size()),
          .hint = "give one of each for every stage, or two empty lists for none"});
  }
  std::vector<StageConfig> stages;
  for (size_t i = 0; i < count; ++i) {
    stages.push_back(
        {tokens[i], mixtures[i], place_of(tokens_key, i, count), place_of(dataset_key, i, count)});
  }
  return stages;
}

void add_mixtures(const std::string& key, const std::vector<Mixture>& stages,
                  std::vector<StageMixture>& all) {
  for (size_t i = 0; i < stages.size(); ++i) {
    all.push_back({key, place_of(key, i, stages.size()), stages[i]});
  }
}

std::vector<std::string> LoRATrainerConfig::take_one_stage(
    const std::vector<std::string>& set_keys) {
  const LoRATrainerConfig defaults;
  std::vector<std::string> lines;
  take(kTokens, tokens, defaults.tokens, pre_tokens_key_, pre_lora_tokens, set_keys, lines);
  take(kDataset, dataset, defaults.dataset, pre_dataset_key_, pre_lora_dataset, set_keys, lines);
  return lines;
}

std::vector<StageConfig> LoRATrainerConfig::pre_stages() const {
  return pair_up(pre_lora_tokens, pre_lora_dataset, pre_tokens_key_, pre_dataset_key_);
}

std::vector<StageConfig> LoRATrainerConfig::post_stages() const {
  if (post_lora_tokens.empty()) {
    fail({.what = "phase 2 has no stage",
          .where = "training/post_lora_tokens",
          .expected = "at least one token budget and mixture",
          .found = "an empty list",
          .hint = "to train without adapters use a .../train/pretrain job"});
  }
  return pair_up(post_lora_tokens, post_lora_dataset, "training/post_lora_tokens",
                 "training/post_lora_dataset");
}

std::vector<StageMixture> LoRATrainerConfig::mixtures() const {
  std::vector<StageMixture> all;
  add_mixtures(pre_dataset_key_, pre_lora_dataset, all);
  add_mixtures("training/post_lora_dataset", post_lora_dataset, all);
  return all;
}

void UpdateLogConfig::declare(config::Fields& fields) {
  fields.add("logging/weight_updates", measures,
             "Measure what phase 2 does to the weights at each validation: size and rank of each "
             "module's update, and (all; auto where that takes less than 1 % of the time) its "
             "directions beside the weight's own.",
             {.choices = {"auto", "all", "off"}});
  fields.add("logging/adapter_scales", adapter_scales,
             "Parts of the adapters at which a run scores its validation data when it ends "
             "(adapter_curve.json); [] = none.",
             {.min = 0, .max = 4});
}

void EvaluationConfig::declare(config::Fields& fields) {
  fields.add("training/evaluate", evaluate,
             "Ask the tasks of eval/evaluations, and a program's own evaluators, wherever "
             "validation data are scored.");
  fields.add("eval/evaluations", evaluations,
             "Tasks that the model is asked at every validation and milestone: ids of `twofold "
             "eval`, or YAML files.");
  fields.add("eval/length", length,
             "Questions of each task, the same ones at every evaluation; -1 = all.", {.min = -1});
  fields.add("eval/data", data, "Folder of the tasks' data files; empty: ROOT/eval.");
}

void SwitchedOff::declare(config::Fields& fields) {
  fields.add("logging/plots/save", save_plots, "Figures of a run: they are not drawn yet.");
}

void SwitchedOff::validate() const {
  if (!save_plots) return;
  fail({.what = "figures are not drawn yet",
        .where = "logging/plots/save",
        .expected = "false",
        .found = "true",
        .hint = "metrics.jsonl and timing.jsonl have all there is"});
}

}  // namespace twofold
