#include "interop/peft_vllm.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace twofold {
namespace {

/// The values that --max-lora-rank takes; older versions end at 64 or 256.
constexpr int64_t kRanks[] = {8, 16, 32, 64, 128, 256, 320, 512};

double scale_of(const PeftConfig& config, const std::string& module) {
  const double rank = static_cast<double>(config.rank_of(module));
  return config.alpha_of(module) / (config.use_rslora ? std::sqrt(rank) : rank);
}

}  // namespace

VllmReading vllm_reading(const PeftConfig& config, const std::string& family) {
  VllmReading out;
  const auto obstacle = [&](bool there, const char* why) {
    if (there) out.obstacles.emplace_back(why);
  };
  std::set<std::string> apart;  // modules with a rank or alpha of their own
  for (const PeftPattern* pattern : {&config.rank_pattern, &config.alpha_pattern}) {
    for (const auto& [module, value] : *pattern) apart.insert(module);
  }
  int64_t rank = config.r;
  bool one_scale = true;
  for (const std::string& module : apart) {
    rank = std::max(rank, config.rank_of(module));
    one_scale = one_scale && std::abs(scale_of(config, module) - scale_of(config, "")) < 1e-9;
  }
  const auto* enough = std::lower_bound(std::begin(kRanks), std::end(kRanks), rank);
  obstacle(family == "gpt" || family == "gpt_neox", "it has no adapters for GPT-2 and GPT-NeoX");
  obstacle(config.use_dora, "DoRA");
  obstacle(!config.modules_to_save.empty(), "modules trained whole");
  obstacle(!config.trainable_tokens.empty(), "rows of new tokens");
  obstacle(config.bias != "none", "trained biases");
  obstacle(!one_scale, "scales that differ between modules");
  obstacle(enough == std::end(kRanks), "a rank above 512");
  if (out.obstacles.empty()) out.max_lora_rank = *enough;
  for (const char* end : {"embed_tokens", "lm_head"}) out.ends |= config.targets(end, false);
  return out;
}

}  // namespace twofold
