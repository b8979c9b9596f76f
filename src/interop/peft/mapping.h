#pragma once
// How PEFT's folders of one peft_type hold adapters: the keys of their configuration, the names of
// their tensors. A mapping is one file here and one line in mapping.cpp; the variants that go by it
// say so (Variant::peft_type).

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/json_reader.h"
#include "interop/peft/config.h"
#include "interop/peft/modules.h"
#include "interop/peft/tensors.h"
#include "twofold/lora/adapter.h"

namespace twofold {

/// What a module's adapter is in a folder.
struct PeftSaved {
  NamedTensors tensors = {};  ///< by the ends of their names, behind the module's
  int64_t rank = 0;
};

class PeftMapping {
 public:
  virtual ~PeftMapping() = default;

  virtual const char* type() const = 0;
  /// The value of `bias` for the biases of adapted layers.
  virtual const char* adapted_biases() const = 0;
  /// The key of the dropout.
  virtual const char* dropout_key() const = 0;

  /// Keys of a configuration that say what the adapter is, for whoever shows it.
  virtual std::vector<std::string> shown_keys() const = 0;
  /// Parts of the names of tensors of which a module has one, and of their partners.
  virtual std::vector<std::string> marks() const = 0;
  virtual std::vector<std::string> partners() const = 0;

  /// Keys of an adapter_config.json besides those that all types have.
  virtual void read_keys(const formats::JsonReader& reader, const nlohmann::ordered_json& in_order,
                         PeftConfig& config) const = 0;
  virtual void write_keys(const PeftConfig& config, nlohmann::json& json) const = 0;
  /// The same as settings, and back.
  virtual void to_config(const LoRAConfig& lora, PeftConfig& config) const = 0;
  virtual void to_settings(const PeftConfig& config, LoRAConfig& lora) const = 0;

  virtual PeftSaved save(const PeftModule& module, const AdapterTensors& tensors) const = 0;
  /// Of shared tensors, whole names.
  virtual NamedTensors save_shared(const AdapterTensors&) const { return {}; }
  /// The tensors of a leaf of this shape under the names of its variant; empty (and a problem among
  /// the tensors') if they are not all there.
  virtual AdapterTensors load(const PeftModule& module, const std::vector<int64_t>& shape,
                              const PeftConfig& config, PeftTensors& tensors) const = 0;
  virtual AdapterTensors load_shared(PeftTensors&) const { return {}; }
};

const std::vector<const PeftMapping*>& peft_mappings();
/// null: there is none.
const PeftMapping* find_peft_mapping(const std::string& type);
const PeftMapping& peft_mapping(const std::string& type);

// interop/peft/*.cpp
const PeftMapping& peft_lora();
const PeftMapping& peft_vera();

}  // namespace twofold
