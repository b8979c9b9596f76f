#pragma once
// Trains all parameters of a model on one mixture: phase 1 alone. What both trainers share is here;
// LoRATrainer adds the switch and phase 2.

#include "run/job.h"
#include "run/adapters/new_tokens.h"
#include "run/training_run.h"

namespace twofold {

class BaseTrainer : public RestoreableJob {
 public:
  explicit BaseTrainer(const std::string& family);

  void declare(config::Fields& fields) override;
  std::vector<std::string> resolve(const std::vector<std::string>& set_keys,
                                   config::Checks& checks) override;
  void check_files(const std::filesystem::path& root, config::Checks& checks) override;
  std::vector<Table> plan(const std::filesystem::path& root) override;
  void run(const ExecutionSpec& spec, const std::string& config_yaml, Observer& observer) override;

  const ModelConfig& model_config() const { return *model_; }
  const LoRAConfig& lora_config() const { return lora_; }
  const TokenizerConfig& tokenizer_config() const { return tokenizer_; }
  /// Every dataset of every stage, in order.
  Mixture datasets() const;
  virtual std::vector<StageMixture> mixtures() const { return data_.mixtures(); }

 protected:
  /// Declares what is trained on (and, for LoRA, with which adapters).
  virtual void declare_stages(config::Fields& fields);
  /// The phases of this trainer and their stages.
  virtual std::vector<PhaseStages> phases() const;
  virtual AdapterPlan adapter_plan(const Model& model) const;
  /// Looks for settings that name parameters which there are none of.
  virtual void check_names(config::Checks&) const {}
  /// Whether these keys of the architecture have the values that the run would have, whatever is
  /// wrong with others.
  bool knows(const config::Checks& checks, std::vector<std::string> keys) const;
  /// Tables shown before step 1, after the plan.
  virtual std::vector<Table> more_tables() const { return {}; }
  /// Trains what is left of the run.
  virtual void train(TrainingRun& run);
  /// Starts from another run's checkpoint, or throws an Error with the reason why not.
  virtual void start_from(TrainingRun& run, const CheckpointInfo& checkpoint, const RunPlan& plan,
                          const std::string& config_yaml, Observer& observer);
  /// Takes over the checkpoint's whole state, of whichever phase it is in, if this run may.
  void continue_from(TrainingRun& run, const CheckpointInfo& checkpoint, const RunPlan& plan,
                     const std::string& config_yaml, bool own, Observer& observer) const;

  RunPlan make_run_plan() const;
  std::unique_ptr<ModelConfig> model_;
  TrainerConfig trainer_;
  OptimizerConfig optimizer_;
  ScheduleConfig schedule_;
  TokenizerConfig tokenizer_;
  LoRAConfig lora_;
  AddedVocabulary added_;

 private:
  /// Takes the architecture from the weights, and rows for the tokens that are added.
  void fill_architecture(const std::vector<std::string>& set_keys, config::Checks& checks,
                         std::vector<std::string>& lines);
  void settle_head(std::vector<std::string>& lines);
  /// Everything that is shown before step 1.
  std::vector<Table> tables(const RunPlan& plan) const;
  /// The tokens that are added must have the ids that they had.
  void check_new_tokens(const RunState& progress, const CheckpointInfo& checkpoint) const;
  /// Restores, or starts; false if the run is finished already.
  bool begin(TrainingRun& run, const ExecutionSpec& spec, const RunPlan& plan,
             const std::vector<Table>& tables, const std::string& config_yaml, Observer& observer);
  /// Learned / forgotten, and samples of text.
  void show_end(TrainingRun& run, Observer& observer) const;
  /// Says how the run goes on from its own checkpoint; false if it is finished already.
  bool tell_own(const TrainingRun& run, const ExecutionSpec& spec, const RunPlan& plan,
                Observer& observer) const;
  [[noreturn]] void refuse_phase(int phase, const CheckpointInfo& checkpoint) const;

  BaseTrainerConfig data_;
  DataRows data_rows_;  ///< of the datasets that check_files has found
};

}  // namespace twofold
