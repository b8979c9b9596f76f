#pragma once
// The keys of an adapter_config.json that belong to one peft_type. Free of torch, so that this
// reading of foreign input can be fuzzed.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/json_reader.h"
#include "interop/peft/config.h"
namespace twofold {

/// VeRA's keys in PeftConfig::own.
inline constexpr const char* kVeraInitial = "d_initial";
inline constexpr const char* kVeraSeed = "projection_prng_key";

class PeftKeys {
 public:
  virtual ~PeftKeys() = default;

  virtual const char* type() const = 0;
  /// The value of `bias` for the biases of adapted layers.
  virtual const char* adapted_biases() const = 0;
  /// The key of the dropout.
  virtual const char* dropout_key() const = 0;

  /// The keys of a configuration that describe the adapter to people.
  virtual std::vector<std::string> shown_keys() const = 0;
  /// The parts of tensor names that mark a module's first tensor (LoRA: A), and those that mark its
  /// partner (B).
  virtual std::vector<std::string> marks() const = 0;
  virtual std::vector<std::string> partners() const = 0;

  /// Keys of an adapter_config.json besides those that all types have.
  virtual void read_keys(const formats::JsonReader& reader, const nlohmann::ordered_json& in_order,
                         PeftConfig& config) const = 0;
  virtual void write_keys(const PeftConfig& config, nlohmann::json& to) const = 0;
};

/// The keys of every type; each is one file here and one line in keys.cpp.
const std::vector<const PeftKeys*>& peft_keys();
/// null: there is no such type.
const PeftKeys* find_peft_keys(const std::string& type);

// interop/peft/*_keys.cpp
const PeftKeys& peft_lora_keys();
const PeftKeys& peft_vera_keys();

}  // namespace twofold
