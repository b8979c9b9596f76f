#include "run/adapters/plan.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

#include "base/text.h"
#include "lora/select/selection.h"
#include "lora/select/target.h"
#include "model/families/names.h"

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
  AdapterPlan plan;
  const ParameterTree& parameters = model.parameters();
  plan.frozen_bytes = frozen_bytes(parameters, lora.base_dtype);
  for (const SelectedLeaf& selected : select_leaves(parameters, lora)) {
    const Parameter& leaf = parameters.all()[selected.index];
    plan.parameters += trained_parameters(leaf, selected);
    if (!selected.adapted()) continue;
    if (changes_base(lora)) plan.start_parameters += adapter_parameters(leaf, selected);
    plan.activations += selected.rank +
                        (lora.dora && is_dense_kernel(leaf.path) ? leaf.shape[1] : 0) +
                        (lora.dropout > 0 ? inputs_of(leaf) : 0);
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

Table adapted_tensors(const Model& model, const LoRAConfig& lora) {
  Table table{.title = "Adapted tensors",
              .header = {"target", "leaves", "shapes (in, out)", "parameters"}};
  for (const TargetMatch& match : match_targets(model.parameters(), lora)) {
    table.rows.push_back({match.target, std::to_string(match.paths.size()),
                          shapes_text(match.shapes), with_thousands(match.parameters)});
  }
  add_others(table, model.parameters(), lora);
  table.note = adapter_note(lora);
  return table;
}

}  // namespace twofold
