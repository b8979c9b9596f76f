// peft_type VERA: two vectors a module, and the two matrices that all share, which the folder holds
// (save_projection), so that nobody has to draw them again.
#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>

#include "interop/peft/mapping.h"

namespace twofold {
namespace {

constexpr const char* kVectors[] = {"vera_lambda_d", "vera_lambda_b"};
constexpr const char* kShared[] = {"vera_A", "vera_B"};
constexpr const char* kInitial = "d_initial";
constexpr const char* kSeed = "projection_prng_key";
constexpr const char* kSharedPrefix = "base_model.";

class VeraMapping final : public PeftMapping {
 public:
  const char* type() const override { return "VERA"; }
  const char* adapted_biases() const override { return "vera_only"; }
  const char* dropout_key() const override { return "vera_dropout"; }

  std::vector<std::string> shown_keys() const override {
    return {"vera_dropout", kInitial, kSeed, "save_projection"};
  }
  std::vector<std::string> marks() const override { return {kVectors[0]}; }
  std::vector<std::string> partners() const override { return {kVectors[1]}; }

  void read_keys(const formats::JsonReader& reader, const nlohmann::ordered_json&,
                 PeftConfig& config) const override {
    config.lora_alpha = LoRAConfig{}.alpha;  // there is none
    config.own[kInitial] =
        reader.number(kInitial, 0.1, {.min = -kMaxPeftNumber, .max = kMaxPeftNumber});
    config.own[kSeed] = reader.number(kSeed, 0.0, {.min = 0, .max = 0x1p53});
    reader.flag("init_weights", true);
    if (reader.flag("save_projection", true)) return;
    reader.problem("save_projection", "the folder does not hold the shared matrices", "true",
                   "save it again with save_projection=True");
  }
  void write_keys(const PeftConfig& config, nlohmann::json& json) const override {
    for (const auto& [key, value] : config.own) json[key] = peft_number(value);
    json["save_projection"] = true;
  }

  void to_config(const LoRAConfig& lora, PeftConfig& config) const override {
    config.own[kInitial] = lora.own.number_or("vera/d_initial", 0.1);
    config.own[kSeed] = static_cast<double>(lora.own.integer_or("vera/seed", 0));
  }
  void to_settings(const PeftConfig& config, LoRAConfig& lora) const override {
    lora.variant = "vera";
    lora.own.number("vera/d_initial", 0) = config.own.at(kInitial);
    lora.own.integer("vera/seed", 0) = static_cast<int64_t>(config.own.at(kSeed));
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
