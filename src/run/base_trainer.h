#pragma once
// The job that trains: a config, and the list of phases that it asks for. BaseTrainer has one
// phase, which trains all parameters on one mixture.

#include "run/adapters/new_tokens.h"
#include "run/job.h"
#include "run/phase.h"
#include "run/plan/run_plan.h"
#include "run/resume/stand_in.h"
#include "run/state.h"

namespace twofold {

class TrainingRun;

class BaseTrainer : public RestoreableJob {
 public:
  explicit BaseTrainer(RunConfig config) : config_(std::move(config)) {}

  void declare(config::Fields& fields) override { config_.declare(fields); }
  std::vector<std::string> resolve(const std::vector<std::string>& set_keys,
                                   config::Checks& checks) override;
  void make_datasets(const std::filesystem::path& root, config::Checks& checks,
                     Observer& observer) override;
  void check_files(const std::filesystem::path& root, config::Checks& checks) override;
  std::vector<Table> plan(const std::filesystem::path& root) override;
  Preview preview(const std::filesystem::path& root) override;
  void run(const ExecutionSpec& spec, Observer& observer) override;
  int threads() const override { return static_cast<int>(config_.trainer.threads); }

  const RunConfig& config() const { return config_; }

 protected:
  /// The phases of this trainer. Throws an Error for stages that cannot be made into phases.
  virtual std::vector<Phase> phases() const { return pretraining(config()); }

 private:
  /// The architecture as the weights have it, and lines to show.
  void take_architecture(const std::vector<std::string>& kept, std::vector<std::string>& lines);
  /// Fills in the architecture from the weights, and adds rows for added tokens.
  void fill_architecture(const std::vector<std::string>& set_keys, config::Checks& checks,
                         std::vector<std::string>& lines);
  void resolve_head(std::vector<std::string>& lines);
  void check_stages(config::Checks& checks) const;
  /// Whether these keys of the architecture have their final values, even if other keys are faulty.
  bool knows(const config::Checks& checks, std::vector<std::string> keys) const;
  RunPlan make_run_plan() const;
  std::vector<Table> tables(const RunPlan& plan) const;
  std::vector<std::string> warnings(const RunPlan& plan) const;
  /// Everything that is shown before step 1: the tables, and one row.
  std::vector<Table> first_screen(const RunPlan& plan) const;
  /// Shows the end of the run, which is over.
  void end(TrainingRun& run, TrainState& state, const ExecutionSpec& spec) const;
  /// Shows what was learned and forgotten, and samples of text.
  void show_end(TrainState& state, const ExecutionSpec& spec, Observer& observer) const;

  /// The first rows of each dataset as text; none without the tokenizer, which a run may lack.
  std::vector<PreviewRow> rows(size_t count) const;

  RunConfig config_;
  AddedVocabulary added_;
  Path data_root_;                     ///< once check_files knows it
  DataNeeds data_needs_;               ///< what it has asked of them
  DataRows data_rows_;                 ///< of the datasets that check_files has found
  std::unique_ptr<StandIn> stand_in_;  ///< for folders of the config that are gone
};

}  // namespace twofold
