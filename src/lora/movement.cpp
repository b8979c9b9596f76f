#include "lora/movement.h"

#include <ATen/Functions.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace twofold {

void prove_movement(const LoRAParams& adapters, const NamedTensors& optimizer_state) {
  const std::map<std::string, at::Tensor> state(optimizer_state.begin(), optimizer_state.end());
  const auto is_zero = [&](const std::string& name) { return !state.at(name).any().item<bool>(); };
  std::vector<std::string> still;
  size_t tensors = 0;
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    if (name.ends_with("/bias/whole")) continue;  // some biases have no effect (keys' in attention)
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

}  // namespace twofold
