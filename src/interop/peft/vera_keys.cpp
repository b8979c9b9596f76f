// The keys of peft_type VERA.
#include <nlohmann/json.hpp>

#include "interop/peft/keys.h"
#include "twofold/lora/config.h"

namespace twofold {
namespace {

class VeraKeys final : public PeftKeys {
 public:
  const char* type() const override { return "VERA"; }
  const char* adapted_biases() const override { return "vera_only"; }
  const char* dropout_key() const override { return "vera_dropout"; }

  std::vector<std::string> shown_keys() const override {
    return {"vera_dropout", kVeraInitial, kVeraSeed, "save_projection"};
  }
  std::vector<std::string> marks() const override { return {"vera_lambda_d"}; }
  std::vector<std::string> partners() const override { return {"vera_lambda_b"}; }

  void read_keys(const formats::JsonReader& reader, const nlohmann::ordered_json&,
                 PeftConfig& config) const override {
    config.lora_alpha = LoRAConfig{}.alpha;  // there is none
    config.own[kVeraInitial] =
        reader.number(kVeraInitial, 0.1, {.min = -kMaxPeftNumber, .max = kMaxPeftNumber});
    const int64_t seed = reader.integer(kVeraSeed, 0);
    config.own[kVeraSeed] = static_cast<double>(seed);
    const Constraint range{.min = 0, .max = kMaxExact};
    if (!range.allows(config.own[kVeraSeed])) {
      reader.problem(kVeraSeed, "a number out of range", "a number " + range.range_text());
    }
    reader.flag("init_weights", true);
    if (reader.flag("save_projection", true)) return;
    reader.problem("save_projection", "the folder does not hold the shared matrices", "true",
                   "save it again with save_projection=True");
  }
  void write_keys(const PeftConfig& config, nlohmann::json& to) const override {
    for (const auto& [key, value] : config.own) to[key] = peft_number(value);
    to["save_projection"] = true;
  }
};

}  // namespace

const PeftKeys& peft_vera_keys() {
  static const VeraKeys kKeys;
  return kKeys;
}

}  // namespace twofold
