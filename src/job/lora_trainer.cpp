#include "job/lora_trainer.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "job/compatibility.h"
#include "tensor/dtype.h"

namespace twofold {

void LoRATrainer::declare_stages(config::Fields& fields) {
  lora_.declare(fields);
  data_.declare(fields);
}

std::vector<PhaseStages> LoRATrainer::phases() const {
  std::vector<PhaseStages> phases;
  std::vector<Problem> problems;
  gather(problems, [&] { phases.push_back({1, data_.pre_stages()}); });
  gather(problems, [&] { phases.push_back({2, data_.post_stages()}); });
  throw_problems(std::move(problems));
  return phases;
}

AdapterPlan LoRATrainer::adapter_plan(const Model& model) const {
  AdapterPlan plan;
  plan.base_bytes =
      static_cast<int64_t>(formats::size_of(file_dtype(scalar_type(lora_.base_dtype))));
  match_targets(model.parameters(), lora_);  // refuses targets that match nothing
  const std::vector<bool> selected = param_filter(model.parameters(), lora_.target_modules);
  size_t index = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    if (selected[index++] && parameter.is_matrix()) {
      plan.parameters += lora_.rank * (parameter.shape[0] + parameter.shape[1]);
    }
  }
  return plan;
}

std::vector<Table> LoRATrainer::more_tables() const {
  const std::unique_ptr<Model> model = model_->build();
  Table table{.title = "Adapted tensors",
              .header = {"target", "leaves", "shapes (in, out)", "parameters"}};
  for (const TargetMatch& match : match_targets(model->parameters(), lora_)) {
    std::map<std::vector<int64_t>, int> shapes;
    for (const auto& shape : match.shapes) ++shapes[shape];
    std::vector<std::string> texts;
    for (const auto& [shape, count] : shapes) {
      texts.push_back(fmt::format("{} x ({})", count, fmt::join(shape, ", ")));
    }
    table.rows.push_back({match.target, std::to_string(match.paths.size()), join(texts, ", "),
                          with_thousands(match.parameters)});
  }
  table.note =
      fmt::format("rank {}, alpha {}, base in {}", lora_.rank, lora_.alpha, lora_.base_dtype);
  return {table};
}

void LoRATrainer::train(TrainingRun& run) {
  if (run.state.progress.phase == 1) {
    if (!data_.pre_lora_tokens.empty()) {
      run.train(1);
      run.score_end_of_phase("boundary");
      if (run.started_from() != kPreLoraCheckpoint) run.save(kPreLoraCheckpoint);
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
  run.restore(checkpoint, /*own=*/false);
  run.state.progress = RunState{.seed = static_cast<uint64_t>(trainer_.seed),
                                .weights_dtype = run.state.progress.weights_dtype};
  observer.message(Severity::kInfo,
                   "the weights of " + checkpoint.suffix + " are the base of phase 2");
}

}  // namespace twofold
