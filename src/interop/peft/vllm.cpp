#include "interop/peft/vllm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "interop/peft/keys.h"
#include "interop/peft/modules.h"
#include "model/hf/format.h"

namespace twofold {
namespace {

/// The values that --max-lora-rank takes (newest: also 1); older versions end at 64 or 256.
constexpr int64_t kRanks[] = {8, 16, 32, 64, 128, 256, 320, 512};

/// The models of vLLM whose embedding or head may have adapters.
struct Ends {
  const char* model_type;
  bool table, head;
};
constexpr Ends kEnds[] = {{"llama", true, true}, {"qwen3", true, true}, {"smollm3", true, false}};

bool takes_adapter(const std::string& model_type, PeftModule::Kind kind) {
  if (kind == PeftModule::Kind::kDense) return true;
  return std::any_of(std::begin(kEnds), std::end(kEnds), [&](const Ends& ends) {
    return ends.model_type == model_type &&
           (kind == PeftModule::Kind::kTable ? ends.table : ends.head);
  });
}

double scale_of(const PeftConfig& config, const std::string& module) {
  const double rank = static_cast<double>(config.rank_of(module));
  return config.alpha_of(module) / (config.use_rslora ? std::sqrt(rank) : rank);
}

}  // namespace

VllmReading vllm_reading(const PeftConfig& config, const ModelConfig& model) {
  VllmReading out;
  const std::string model_type = hf_format(model).to_hf("float32").at("model_type");
  const auto obstacle = [&](bool there, std::string_view why) {
    if (there) out.obstacles.emplace_back(why);
  };
  obstacle(model_type == "gpt2", "it has no adapters for GPT-2");
  obstacle(config.peft_type != peft_lora_keys().type(), "adapters of the type " + config.peft_type);
  obstacle(config.use_dora, "DoRA");
  obstacle(!config.modules_to_save.empty(), "modules trained whole");
  obstacle(!config.trainable_tokens.empty(), "rows of new tokens");
  obstacle(config.bias != "none", "trained biases");
  const double scale = scale_of(config, "");
  int64_t rank = config.r;
  bool one_scale = true;
  for (const PeftModule& module : peft_modules(model)) {
    if (!config.targets(module.name, module.kind == PeftModule::Kind::kDense)) continue;
    obstacle(model_type != "gpt2" && !takes_adapter(model_type, module.kind),
             fmt::format("its {} has no adapter of {}", model_type, module.name));
    rank = std::max(rank, config.rank_of(module.name));
    one_scale = one_scale && std::abs(scale_of(config, module.name) - scale) < 1e-9;
  }
  const auto* enough = std::lower_bound(std::begin(kRanks), std::end(kRanks), rank);
  obstacle(enough == std::end(kRanks), "a rank above 512");
  if (out.obstacles.empty()) out.max_lora_rank = *enough;
  if (!one_scale) out.recent.emplace_back("scales that differ between modules");
  if (model_type == "gpt_neox") out.recent.emplace_back("adapters of GPT-NeoX");
  return out;
}

}  // namespace twofold
