#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "run/plan/memory_plan.h"
#include "run/plan/run_plan.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

Table run_table(const RunPlan& plan, const ModelConfig& config) {
  Table table{.title = "Plan"};
  const auto row = [&](const char* name, const std::string& value) {
    table.rows.push_back({name, value});
  };
  row("model", fmt::format("{}, {} layers, width {}, {} heads, block {}, vocabulary {}",
                           config.family(), config.n_layers, config.n_embd, config.n_head,
                           config.block_size, with_thousands(config.vocab_size)));
  row("parameters", with_thousands(plan.parameters));
  const auto adapting = std::ranges::find_if(
      plan.phases, [](const PhasePlan& phase) { return phase.phase.trains_adapters(); });
  if (plan.adapter_parameters > 0 && adapting != plan.phases.end()) {
    row("adapters", fmt::format("{} trainable in phase {} ({:.2f} % of the model)",
                                with_thousands(plan.adapter_parameters), adapting->phase.number,
                                100.0 * static_cast<double>(plan.adapter_parameters) /
                                    static_cast<double>(plan.parameters)));
  }
  row("tokens a step", fmt::format("{} = {} sequences x {} tokens, {} sequences a forward pass",
                                   with_thousands(plan.tokens_per_step()), plan.batch_size,
                                   plan.block_size, plan.micro_rows));
  row("steps", with_thousands(plan.total_steps()));
  row("precision",
      fmt::format("weights {}, activations {}", config.param_dtype, config.activation_dtype));
  return table;
}

std::string fades_text(const RunPlan& plan) {
  std::vector<std::string> fades;
  for (const PhasePlan& phase : plan.phases) {
    for (size_t i = 0; i < phase.stages.size(); ++i) {
      const double steps = phase.fade_steps(i);
      if (steps == 0) continue;
      const int number = phase.stages[i].number + 1;
      fades.push_back(
          fmt::format("stage {} fades into {} over {:.4g} steps", number, number + 1, steps));
    }
  }
  return join(fades, ", ");
}

Table stage_table(const RunPlan& plan, const DataRows& data_rows) {
  Table table{.title = "Data", .header = {"phase", "stage", "steps", "tokens", "dataset", "share"}};
  if (!data_rows.empty()) table.header.insert(table.header.end(), {"epochs", "filled"});
  for (const PhasePlan& phase : plan.phases) {
    for (const StagePlan& stage : phase.stages) {
      const int64_t rows = stage.steps * plan.batch_size;
      for (const Sampling& sampling : stage.config.mixture) {
        table.rows.push_back({std::to_string(phase.phase.number), std::to_string(stage.number + 1),
                              with_thousands(stage.steps),
                              human_count(static_cast<double>(rows * plan.block_size)),
                              sampling.label(), fmt::format("{:.4g} %", 100 * sampling.rate)});
        if (data_rows.empty()) continue;
        const double drawn = sampling.rate * static_cast<double>(rows);
        const SplitSize& split = data_rows.at(rows_key(sampling));
        if (split.rows == 0) {
          table.rows.back().insert(table.rows.back().end(), {"not tokenized yet", ""});
          continue;
        }
        table.rows.back().push_back(fmt::format("{:.2f}", drawn / static_cast<double>(split.rows)));
        table.rows.back().push_back(fmt::format("{:.1f} %", 100 * split.filled));
      }
    }
  }
  table.note = fades_text(plan);
  if (data_rows.empty() && table.note.empty())
    table.note = "give ROOT to see how often each dataset is gone through";
  return table;
}

Table memory_table(const RunPlan& plan) {
  Table table{
      .title = "Memory",
      .header = {"phase", "weights", "gradients", "moments", "activations", "head", "total"}};
  for (size_t i = 0; i < plan.memory.size(); ++i) {
    const MemoryPlan& memory = plan.memory[i];
    std::vector<std::string> row = {std::to_string(plan.phases[i].phase.number)};
    for (const double bytes : {memory.weights, memory.gradients, memory.moments, memory.activations,
                               memory.head, memory.total()}) {
      row.push_back(human_bytes(bytes));
    }
    table.rows.push_back(row);
  }
  table.note = fmt::format("of {} in this machine",
                           human_bytes(static_cast<double>(machine_memory_bytes())));
  return table;
}

}  // namespace

std::vector<Table> describe(const RunPlan& plan, const ModelConfig& config,
                            const DataRows& data_rows) {
  return {run_table(plan, config), stage_table(plan, data_rows), memory_table(plan)};
}

}  // namespace twofold
