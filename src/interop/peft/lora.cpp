// The tensors of peft_type LORA: A, B, the magnitudes of DoRA.
#include <ATen/ATen.h>

#include "interop/peft/mapping.h"

namespace twofold {
namespace {

constexpr const char* kMagnitude = "lora_magnitude";
constexpr const char* kPeftMagnitude = ".lora_magnitude_vector";

class LoraMapping final : public PeftMapping {
 public:
  LoraMapping() : PeftMapping(peft_lora_keys()) {}

  void to_config(const LoRAConfig& lora, PeftConfig& config) const override {
    config.use_rslora = lora.rslora;
    config.use_dora = lora.dora;
  }
  void to_settings(const PeftConfig& config, LoRAConfig& lora) const override {
    lora.rslora = config.use_rslora;
    lora.dora = config.use_dora;
  }

  PeftSaved save(const PeftModule& module, const AdapterTensors& tensors) const override {
    at::Tensor A = tensors.at("lora_A"), B = tensors.at("lora_B");
    if (tensors.contains("start_A")) {
      // W − s·A₀·B₀ + s·A·B = W + s·[A A₀]·[B; −B₀].
      A = at::cat({A, tensors.at("start_A")}, 1);
      B = at::cat({B, -tensors.at("start_B")}, 0);
    }
    const PeftFactors factors = to_peft(module, A, B);
    PeftSaved saved{.tensors = {{factor_suffix(module, true), factors.A},
                                {factor_suffix(module, false), factors.B}},
                    .rank = A.size(1)};
    const auto magnitude = tensors.find(kMagnitude);
    if (magnitude != tensors.end()) saved.tensors.emplace_back(kPeftMagnitude, magnitude->second);
    return saved;
  }

  AdapterTensors load(const PeftModule& module, const std::vector<int64_t>& shape,
                      const PeftConfig& config, PeftTensors& tensors) const override {
    const std::string name = kPeftPrefix + module.name;
    const bool head = module.kind == PeftModule::Kind::kHead;
    const int64_t in = shape[head ? 1 : 0], out = shape[head ? 0 : 1];
    const int64_t rank = config.rank_of(module.name);
    const at::Tensor A = tensors.read(name + factor_suffix(module, true), {rank, in});
    const at::Tensor B = tensors.read(name + factor_suffix(module, false), {out, rank});
    const at::Tensor magnitude =
        config.use_dora ? tensors.read(name + kPeftMagnitude, {out}) : at::Tensor();
    if (!A.defined() || !B.defined() || magnitude.defined() != config.use_dora) return {};
    AdapterTensors loaded = from_peft(module, {A, B});
    if (magnitude.defined()) loaded[kMagnitude] = magnitude.clone();
    return loaded;
  }
};

}  // namespace

const PeftMapping& peft_lora() {
  static const LoraMapping kMapping;
  return kMapping;
}

}  // namespace twofold
