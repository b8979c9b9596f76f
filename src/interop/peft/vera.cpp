// The tensors of peft_type VERA: two vectors a module, and the two matrices that all share, which
// the folder holds (save_projection), so that no reader has to generate them again.
#include <ATen/core/Tensor.h>

#include "interop/peft/mapping.h"

namespace twofold {
namespace {

constexpr const char* kVectors[] = {"vera_lambda_d", "vera_lambda_b"};
constexpr const char* kShared[] = {"vera_A", "vera_B"};
constexpr const char* kSharedPrefix = "base_model.";

class VeraMapping final : public PeftMapping {
 public:
  VeraMapping() : PeftMapping(peft_vera_keys()) {}

  void to_config(const LoRAConfig& lora, PeftConfig& config) const override {
    config.own[kVeraInitial] = lora.own.number_or("vera/d_initial", 0.1);
    config.own[kVeraSeed] = static_cast<double>(lora.own.integer_or("vera/seed", 0));
  }
  void to_settings(const PeftConfig& config, LoRAConfig& lora) const override {
    lora.variant = "vera";
    lora.own.number("vera/d_initial", 0) = config.own.at(kVeraInitial);
    lora.own.integer("vera/seed", 0) = static_cast<int64_t>(config.own.at(kVeraSeed));
  }

  PeftSaved save(const PeftModule&, const AdapterTensors& tensors) const override {
    PeftSaved saved{.tensors = {}, .rank = tensors.at(kVectors[0]).size(0)};
    for (const char* name : kVectors) {
      saved.tensors.emplace_back(std::string(".") + name, tensors.at(name));
    }
    return saved;
  }
  NamedTensors save_shared(const AdapterTensors& shared) const override {
    NamedTensors saved;
    for (const char* name : kShared) {
      saved.emplace_back(std::string(kSharedPrefix) + name, shared.at(name));
    }
    return saved;
  }

  AdapterTensors load(const PeftModule& module, const std::vector<int64_t>& shape,
                      const PeftConfig& config, PeftTensors& tensors) const override {
    const int64_t sizes[] = {config.r, shape[module.kind == PeftModule::Kind::kDense ? 1 : 0]};
    AdapterTensors loaded;
    for (const size_t i : {0, 1}) {
      const at::Tensor vector =
          tensors.read(kPeftPrefix + module.name + "." + kVectors[i], {sizes[i]});
      if (vector.defined()) loaded[kVectors[i]] = vector;
    }
    return loaded.size() == 2 ? loaded : AdapterTensors();
  }
  AdapterTensors load_shared(PeftTensors& tensors) const override {
    AdapterTensors loaded;
    for (const char* name : kShared) {
      const std::string full = std::string(kSharedPrefix) + name;
      const at::Tensor found = tensors.peek(full);
      const at::Tensor matrix =
          tensors.read(full, found.defined() ? found.sizes().vec() : std::vector<int64_t>{});
      if (matrix.defined()) loaded[name] = matrix;
    }
    return loaded;
  }
};

}  // namespace

const PeftMapping& peft_vera() {
  static const VeraMapping kMapping;
  return kMapping;
}

}  // namespace twofold
