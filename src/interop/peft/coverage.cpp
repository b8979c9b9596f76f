#include "interop/peft/coverage.h"

#include <ATen/ops/equal.h>

#include <algorithm>

#include "formats/hub_cache.h"

namespace twofold {

PeftCoverage::PeftCoverage(const PeftConfig& config, const ModelConfig& model,
                           const PeftTensors& tensors)
    : config_(config), modules_(peft_modules(model)), tensors_(tensors) {
  for (PeftModule& module : modules_) {
    if (!module.older.empty() && tensors_.has_any(kPeftPrefix + module.older + ".")) {
      module.name = module.older;
    }
  }
}

/// Whether PEFT has made the head a second name of its table's adapter.
bool PeftCoverage::follows_table(const PeftModule& module) const {
  return module.tied && config_.ensure_weight_tying &&
         tensors_.has_any(kPeftPrefix + module.name + ".");
}

const PeftModule& PeftCoverage::table_of(const PeftModule& head) const {
  return *std::find_if(modules_.begin(), modules_.end(), [&](const PeftModule& module) {
    return !module.tied && module.weight == head.weight;
  });
}

bool PeftCoverage::saves(const PeftModule& module) const {
  return config_.saves(module.name) ||
         (follows_table(module) && config_.saves(table_of(module).name));
}

bool PeftCoverage::targets(const PeftModule& module) const {
  return config_.targets(module.name, module.kind == PeftModule::Kind::kDense) ||
         (follows_table(module) && config_.targets(table_of(module).name, false));
}

const std::vector<int64_t>* PeftCoverage::tokens_of(const PeftModule& module) const {
  const bool table = module.weight == "wte" && !module.tied;
  for (const auto& [end, ids] : config_.trainable_tokens) {
    if (end.empty() ? table : module.name.ends_with(end)) return &ids;
  }
  return nullptr;
}

namespace {

/// Whether what the folder holds for the two is not the same.
bool differ(const PeftCoverage& found, const PeftTensors& tensors, const PeftModule& table,
            const PeftModule& head) {
  const std::string left = kPeftPrefix + table.name, right = kPeftPrefix + head.name;
  const auto same = [&](const std::string& a, const std::string& b, bool turned) {
    const at::Tensor one = tensors.peek(left + a), other = tensors.peek(right + b);
    if (!one.defined() || !other.defined() || (turned && one.dim() != 2)) return false;
    return at::equal(turned ? one.t() : one, other);
  };
  if (found.saves(table)) return !found.saves(head) || !same(".weight", ".weight", false);
  if (found.saves(head)) return true;
  const PeftConfig& config = found.config();
  // With DoRA the table's columns have lengths, and the head's rows: two matrices come of it even
  // where A and B are the same, but ensure_weight_tying would then train these as one.
  if (config.use_dora) return !config.ensure_weight_tying;
  return config.alpha_of(table.name) != config.alpha_of(head.name) ||
         !same(factor_suffix(table, true), factor_suffix(head, false), true) ||
         !same(factor_suffix(table, false), factor_suffix(head, true), true);
}

}  // namespace

bool trains_ends_apart(const Path& named, const ModelConfig& model) {
  if (!model.tie_word_embeddings) return false;
  const Path folder = formats::hub_folder(named);
  const PeftConfig config = read_peft_config(folder / kPeftConfigFile);
  const PeftTensors tensors(folder);
  const PeftCoverage found(config, model, tensors);
  const auto head = std::find_if(found.modules().begin(), found.modules().end(),
                                 [](const PeftModule& module) { return module.tied; });
  if (head == found.modules().end()) return false;
  const PeftModule& table = found.table_of(*head);
  if (found.tokens_of(table) || found.tokens_of(*head)) return false;
  if (found.covers(table) != found.covers(*head)) return true;
  return found.covers(table) && differ(found, tensors, table, *head);
}

}  // namespace twofold
