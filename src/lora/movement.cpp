#include "lora/movement.h"

#include <ATen/Functions.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace twofold {

void prove_movement(const LoRAParams& adapters, const LoRAConfig& config, uint64_t seed) {
  std::vector<std::string> still;
  for (const auto& [path, A, B] : adapters) {
    const at::Tensor start = initial_lora_A(path, A.size(0), config.rank, seed);
    if (at::equal(A.cpu(), start)) still.push_back(path + "/lora_A");
    if (!B.any().item<bool>()) still.push_back(path + "/lora_B");
  }
  if (still.empty()) return;
  constexpr size_t kShown = 8;
  const size_t shown = std::min(still.size(), kShown);
  std::string names =
      join({still.begin(), still.begin() + static_cast<std::ptrdiff_t>(shown)}, "\n");
  if (shown < still.size()) names += fmt::format("\nand {} more", still.size() - shown);
  fail({.what =
            fmt::format("{} of {} adapter tensors did not move", still.size(), 2 * adapters.size()),
        .where = names,
        .expected =
            "every one to have received a gradient and changed in the first updates of phase 2",
        .found = "exactly the values they started with",
        .hint = "take what the loss does not depend on out of optimization/lora/target_modules, or "
                "raise "
                "optimization/lora/lr"});
}

}  // namespace twofold
