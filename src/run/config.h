#pragma once
// The settings that every trainer shares, and those that a two-phase one adds.

#include <string>
#include <vector>

#include "config/fields.h"
#include "data/sampling.h"
#include "train/recorders/recorder.h"

namespace twofold {

/// `training/*`, `logging/*`, `runtime/*` of every trainer.
struct TrainerConfig {
  int64_t seed = 0;
  int64_t batch_size = 512;
  int64_t per_device_batch_size = -1;
  bool validation = true;
  int64_t validation_steps = 2048;
  int64_t patience = 0;
  int64_t report_interval = 32;
  int64_t checkpoint_interval = 1024;
  int64_t validation_interval = 512;
  int64_t keep = 3;
  int64_t samples = 0;
  int64_t sample_tokens = 200;
  RecorderChoice recorders = {.row_losses = true};
  std::string device = "cpu";
  int64_t threads = 0;
  void declare(config::Fields& fields);

 private:
  void declare_logging(config::Fields& fields);
  void declare_recorders(config::Fields& fields);
  void declare_runtime(config::Fields& fields);
};

/// Bounds of a token budget: far more tokens than there is text, and sums of many budgets stay
/// exact.
inline const Constraint kBudget{.min = 1, .max = 0x1p48};

inline constexpr const char* kTokens = "training/tokens";
inline constexpr const char* kDataset = "training/dataset";

/// One stage: a token budget and the mixture it is spent on.
struct StageConfig {
  int64_t tokens = 0;
  Mixture mixture = {};
  std::string tokens_key = {};  ///< where `tokens` was set, for errors: training/pre_lora_tokens/0
  std::string dataset_key = {};
};

/// Pairs up the settings `tokens_key` and `dataset_key`; an Error if their lengths differ.
std::vector<StageConfig> pair_up(const std::vector<int64_t>& tokens,
                                 const std::vector<Mixture>& mixtures,
                                 const std::string& tokens_key, const std::string& dataset_key);

/// The mixture of a stage, whether or not the stage has a budget.
struct StageMixture {
  std::string key = {};    ///< the setting: training/pre_lora_dataset
  std::string place = {};  ///< the stage within it: training/pre_lora_dataset/0
  Mixture mixture = {};
};

/// Adds the mixtures of the setting `key`.
void add_mixtures(const std::string& key, const std::vector<Mixture>& stages,
                  std::vector<StageMixture>& all);

/// `training/tokens`, `training/dataset`: one phase, one stage.
struct BaseTrainerConfig {
  int64_t tokens = 1'000'000'000;
  Mixture dataset = {{.name = "fineweb", .rate = 1.0, .style = DatasetStyle::PMD, .suffix = ""}};
  void declare(config::Fields& fields);
  std::vector<StageConfig> stages() const;
  std::vector<StageMixture> mixtures() const;
};

/// `training/{pre,post}_lora_{tokens,dataset}`: the stages of both phases. The one stage of
/// BaseTrainerConfig is phase 1's where `pre_lora_*` are not set.
struct LoRATrainerConfig : BaseTrainerConfig {
  std::vector<int64_t> pre_lora_tokens = {1'000'000'000};
  std::vector<Mixture> pre_lora_dataset = {
      {{.name = "fineweb", .rate = 1.0, .style = DatasetStyle::PMD, .suffix = ""}}};
  std::vector<int64_t> post_lora_tokens = {100'000'000};
  std::vector<Mixture> post_lora_dataset = {
      {{.name = "fineweb", .rate = 1.0, .style = DatasetStyle::PMD, .suffix = ""}}};
  void declare(config::Fields& fields);
  /// Takes `training/tokens` and `training/dataset` for phase 1 where they are among `set_keys` and
  /// its own keys are not. Returns lines for people: what was taken, and what does not count.
  std::vector<std::string> take_one_stage(const std::vector<std::string>& set_keys);
  /// Throws an Error if budgets and mixtures do not pair up, or post_lora is empty.
  std::vector<StageConfig> pre_stages() const;
  std::vector<StageConfig> post_stages() const;
  std::vector<StageMixture> mixtures() const;  ///< of both phases

 private:
  // Where phase 1's stages were set, for errors.
  std::string pre_tokens_key_ = "training/pre_lora_tokens";
  std::string pre_dataset_key_ = "training/pre_lora_dataset";
};

/// `logging/*` of jobs with a phase 2: what is measured of what it changes.
struct UpdateLogConfig {
  std::string measures = "auto";
  std::vector<double> adapter_scales = {0, 0.25, 0.5, 0.75, 1};
  void declare(config::Fields& fields);
};

/// `training/evaluate`, `eval/*`: the tasks that a run asks its model.
struct EvaluationConfig {
  bool evaluate = true;
  std::vector<std::string> evaluations = {};  ///< ids of tasks, or YAML files
  int64_t length = -1;                        ///< questions of each task; not above 0: all
  std::string data = {};                      ///< the folder of their files; empty: ROOT/eval
  void declare(config::Fields& fields);
};

/// The setting of the reference whose one value here is false: what it would switch on is not
/// there.
struct SwitchedOff {
  bool save_plots = false;
  void declare(config::Fields& fields);
  void validate() const;  ///< throws an Error that says what there is instead
};

}  // namespace twofold
