// The keys of peft_type VERA.
#include <nlohmann/json.hpp>

#include "interop/peft/keys.h"

namespace twofold {
namespace {

constexpr const char* kInitial = "d_initial";
constexpr const char* kSeed = "projection_prng_key";

class VeraKeys final : public PeftKeys {
 public:
  const char* type() const override { return "VERA"; }
  const char* adapted_biases() const override { return "vera_only"; }
  const char* dropout_key() const override { return "vera_dropout"; }

  std::vector<std::string> shown_keys() const override {
    return {"vera_dropout", kInitial, kSeed, "save_projection"};
  }
  std::vector<std::string> marks() const override { return {"vera_lambda_d"}; }
  std::vector<std::string> partners() const override { return {"vera_lambda_b"}; }

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
};

}  // namespace

const PeftKeys& peft_vera_keys() {
  static const VeraKeys kKeys;
  return kKeys;
}

}  // namespace twofold
