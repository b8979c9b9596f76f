#include "run/adapters/plan.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

#include "base/text.h"
#include "lora/select/selection.h"
#include "model/families/names.h"
#include "twofold/lora/lora.h"

namespace twofold {

void check_targets(const RunConfig& config, config::Checks& checks) {
  std::vector<std::string> reads;
  for (const char* name : {"exclude_modules", "layers_to_transform", "rank_pattern",
                           "alpha_pattern", "modules_to_save", "bias", "target_modules"}) {
    reads.push_back(std::string(kLoraSection) + name);
  }
  checks.run(reads,
             [&] { match_targets(build_usual_sizes(*config.model)->parameters(), config.lora); });
}

AdapterPlan plan_adapters(const Model& model, const LoRAConfig& lora) {
  const AdapterSizes sizes = adapter_sizes(model.parameters(), lora);
  return {.parameters = sizes.trained,
          .start_parameters = sizes.constants,
          .activations = sizes.activations,
          .frozen_bytes = frozen_bytes(model.parameters(), lora.base_dtype)};
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

/// A row of the table for what is trained beside the targets.
void add_row(Table& table, const TrainedBeside& beside) {
  int64_t trained = 0;
  for (const auto& shape : beside.shapes) {
    trained += std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  }
  table.rows.push_back({beside.name, std::to_string(beside.shapes.size()),
                        shapes_text(beside.shapes), with_thousands(trained)});
}

}  // namespace

Table adapted_tensors(const Model& model, const LoRAConfig& lora) {
  Table table{.title = "Adapted tensors",
              .header = {"target", "leaves", "shapes (in, out)", "parameters"}};
  for (const TargetMatch& match : match_targets(model.parameters(), lora)) {
    table.rows.push_back({match.target, std::to_string(match.paths.size()),
                          shapes_text(match.shapes), with_thousands(match.parameters)});
  }
  for (const TrainedBeside& beside : trained_beside_targets(model.parameters(), lora)) {
    add_row(table, beside);
  }
  table.note = describe(lora);
  return table;
}

}  // namespace twofold
