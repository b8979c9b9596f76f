#include "lora/movement.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace twofold {

namespace {

constexpr const char* kEmbedding = "wte";

/// The head's rows take part in every softmax, whichever tokens occur; the embedding's do not.
bool may_rest(const std::string& name, const LoRAParams& adapters) {
  if (name != std::string(kEmbedding) + "/rows") return false;
  return std::any_of(adapters.begin(), adapters.end(),
                     [](const Adapter& adapter) { return adapter.path == "lm_head"; });
}

}  // namespace

void prove_movement(const LoRAParams& adapters, const NamedTensors& optimizer_state) {
  const std::map<std::string, at::Tensor> state(optimizer_state.begin(), optimizer_state.end());
  const auto is_zero = [&](const std::string& name) { return !state.at(name).any().item<bool>(); };
  std::vector<std::string> still;
  size_t tensors = 0;
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    if (name.ends_with("/bias/whole")) continue;  // some biases have no effect (keys' in attention)
    if (may_rest(name, adapters)) continue;
    ++tensors;
    if (is_zero("m/" + name) && is_zero("v/" + name)) still.push_back(name);
  }
  if (still.empty()) return;
  constexpr size_t kShown = 8;
  const size_t shown = std::min(still.size(), kShown);
  std::string names =
      join({still.begin(), still.begin() + static_cast<std::ptrdiff_t>(shown)}, "\n");
  if (shown < still.size()) names += fmt::format("\nand {} more", still.size() - shown);
  fail({.what = fmt::format("{} of {} adapter tensors did not move", still.size(), tensors),
        .where = names,
        .expected =
            "every one to have received a gradient and changed in the first updates of phase 2",
        .found = "no gradient",
        .hint = "take what the loss does not depend on out of optimization/lora/target_modules"});
}

std::vector<int64_t> rows_at_rest(const ParameterTree& parameters) {
  const Parameter* table = parameters.find(kEmbedding);
  if (!table || !table->weight.rows) return {};
  const at::NoGradGuard no_grad;
  const auto& [ids, rows] = *table->weight.rows;
  const at::Tensor frozen = table->weight.value.index_select(0, ids).to(rows.scalar_type());
  const at::Tensor at_rest = ids.masked_select(rows.eq(frozen).all(1)).contiguous();
  const int64_t* begin = at_rest.const_data_ptr<int64_t>();
  return {begin, begin + at_rest.numel()};
}

}  // namespace twofold
