#include "run/lora_trainer.h"

#include <fmt/format.h>

#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "run/resume/compatibility.h"
#include "run/adapters/warm_start.h"
#include "lora/select/selection.h"
#include "lora/select/target.h"
#include "model/families/names.h"

namespace twofold {

void LoRATrainer::declare_stages(config::Fields& fields) {
  lora_.declare(fields);
  data_.declare(fields);
  fields.absent("training/tokens",
                "each phase has its own: training/pre_lora_tokens and "
                "training/post_lora_tokens");
  fields.absent("training/dataset",
                "each phase has its own: training/pre_lora_dataset and "
                "training/post_lora_dataset");
}

std::vector<std::string> LoRATrainer::resolve(const std::vector<std::string>& set_keys,
                                              config::Checks& checks) {
  std::vector<std::string> lines = BaseTrainer::resolve(set_keys, checks);
  if (lora_.from_adapter.empty()) return lines;
  checks.run({"architecture/", "optimization/"}, [&] {
    for (std::string& line : fill_from_adapter(lora_, *model_, set_keys)) {
      lines.push_back(std::move(line));
    }
  });
  return lines;
}

std::vector<PhaseStages> LoRATrainer::phases() const {
  std::vector<PhaseStages> phases;
  std::vector<Problem> problems;
  gather(problems, [&] { phases.push_back({1, data_.pre_stages()}); });
  gather(problems, [&] { phases.push_back({2, data_.post_stages()}); });
  throw_problems(std::move(problems));
  return phases;
}

void LoRATrainer::check_names(config::Checks& checks) const {
  // Blocks that a faulty n_layers does not count, or a table that a faulty switch unties, cannot be
  // told from names that are nowhere: the targets are looked at again when that is mended.
  if (!knows(checks, naming_keys(*model_))) return;
  std::vector<std::string> reads;
  for (const char* name : {"exclude_modules", "layers_to_transform", "rank_pattern",
                           "alpha_pattern", "modules_to_save", "bias", "target_modules"}) {
    reads.push_back(std::string(kLoraSection) + name);
  }
  checks.run(reads, [&] { match_targets(build_usual_sizes(*model_)->parameters(), lora_); });
}

AdapterPlan LoRATrainer::adapter_plan(const Model& model) const {
  AdapterPlan plan;
  const ParameterTree& parameters = model.parameters();
  plan.frozen_bytes = frozen_bytes(parameters, lora_.base_dtype);
  for (const SelectedLeaf& selected : select_leaves(parameters, lora_)) {
    const Parameter& leaf = parameters.all()[selected.index];
    plan.parameters += trained_parameters(leaf, selected);
    if (!selected.adapted()) continue;
    if (changes_base(lora_)) plan.start_parameters += adapter_parameters(leaf, selected);
    plan.activations += selected.rank +
                        (lora_.dora && is_dense_kernel(leaf.path) ? leaf.shape[1] : 0) +
                        (lora_.dropout > 0 ? inputs_of(leaf) : 0);
  }
  return plan;
}

namespace {

/// "4 x (64, 64), 2 x (64, 128)".
std::string shapes_text(const std::vector<std::vector<int64_t>>& all) {
  std::map<std::vector<int64_t>, int> shapes;
  for (const auto& shape : all) ++shapes[shape];
  std::vector<std::string> texts;
  for (const auto& [shape, count] : shapes) {
    texts.push_back(fmt::format("{} x ({})", count, fmt::join(shape, ", ")));
  }
  return join(texts, ", ");
}

/// A row of the table for what is trained beside the targets; none if that is nothing.
void add_row(Table& table, const char* name, const std::vector<std::vector<int64_t>>& shapes) {
  if (shapes.empty()) return;
  int64_t trained = 0;
  for (const auto& shape : shapes) {
    trained += std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  }
  table.rows.push_back(
      {name, std::to_string(shapes.size()), shapes_text(shapes), with_thousands(trained)});
}

/// What modules_to_save and bias add to the targets, and rows of tables.
void add_others(Table& table, const ParameterTree& parameters, const LoRAConfig& lora) {
  std::vector<std::vector<int64_t>> whole, rows;
  for (const SelectedLeaf& selected : select_leaves(parameters, lora)) {
    const std::vector<int64_t>& shape = parameters.all()[selected.index].shape;
    if (selected.whole) whole.push_back(shape);
    if (!selected.rows.empty()) rows.push_back({std::ssize(selected.rows), shape.back()});
  }
  add_row(table, "trained whole", whole);
  add_row(table, "rows of tables", rows);
}

std::string adapter_note(const LoRAConfig& lora) {
  std::string note =
      fmt::format("rank {}, alpha {}, base in {}", lora.rank, lora.alpha, lora.base_dtype);
  if (!lora.rank_pattern.empty() || !lora.alpha_pattern.empty()) note += ", others by pattern";
  if (lora.rslora) note += ", rsLoRA";
  if (lora.dora) note += ", DoRA";
  if (lora.dropout > 0) note += fmt::format(", dropout {}", lora.dropout);
  if (lora.lr_ratio != 1) note += fmt::format(", LoRA+ ratio {}", lora.lr_ratio);
  if (lora.init != LoRAConfig{}.init) note += ", init " + lora.init;
  if (changes_base(lora)) note += " (the frozen base becomes what it leaves of the weights)";
  return note;
}

}  // namespace

std::vector<Table> LoRATrainer::more_tables() const {
  const std::unique_ptr<Model> model = model_->build();
  Table table{.title = "Adapted tensors",
              .header = {"target", "leaves", "shapes (in, out)", "parameters"}};
  for (const TargetMatch& match : match_targets(model->parameters(), lora_)) {
    table.rows.push_back({match.target, std::to_string(match.paths.size()),
                          shapes_text(match.shapes), with_thousands(match.parameters)});
  }
  add_others(table, model->parameters(), lora_);
  table.note = adapter_note(lora_);
  return {table};
}

void LoRATrainer::train(TrainingRun& run) {
  if (run.state.progress.phase == 1) {
    if (!data_.pre_lora_tokens.empty()) {
      const int64_t begin = run.state.progress.step;
      run.train(1);
      const bool saved =
          run.started_from() == kPreLoraCheckpoint && run.state.progress.step == begin;
      if (!saved) run.save(kPreLoraCheckpoint);
    }
    run.switch_to_lora();
  }
  run.train(2);
}

void LoRATrainer::start_from(TrainingRun& run, const CheckpointInfo& checkpoint,
                             const RunPlan& plan, const std::string& config_yaml,
                             Observer& observer) {
  if (plan.find(1) || checkpoint.state.value("phase", 1) == 2) {
    BaseTrainer::start_from(run, checkpoint, plan, config_yaml, observer);
    return;
  }
  // A pretrained checkpoint and nothing left to pretrain: its weights are the base of phase 2.
  check_architecture(compare_configs(checkpoint, config_yaml), checkpoint);
  run.start_from_weights(checkpoint);
  observer.message(Severity::kInfo,
                   "the weights of " + checkpoint.suffix + " are the base of phase 2");
}

}  // namespace twofold
