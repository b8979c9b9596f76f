#pragma once
// How PEFT's folders of one peft_type hold adapters: the names of their tensors, beside the keys of
// their configuration (keys.h). A mapping is one file here and one line in mapping.cpp; a variant
// names the type that it is saved under (Variant::peft_type).

#include <string>
#include <vector>

#include "interop/peft/keys.h"
#include "interop/peft/modules.h"
#include "interop/peft/tensors.h"
#include "twofold/lora/adapter.h"

namespace twofold {

/// What a module's adapter is in a folder.
struct PeftSaved {
  NamedTensors tensors = {};  ///< named by what follows the module's name
  int64_t rank = 0;
};

class PeftMapping {
 public:
  explicit PeftMapping(const PeftKeys& keys) : keys_(keys) {}

  virtual ~PeftMapping() = default;

  const PeftKeys& keys() const { return keys_; }
  /// Our settings as a PEFT configuration, and back.
  virtual void to_config(const LoRAConfig& lora, PeftConfig& config) const = 0;
  virtual void to_settings(const PeftConfig& config, LoRAConfig& lora) const = 0;

  virtual PeftSaved save(const PeftModule& module, const AdapterTensors& tensors) const = 0;
  /// The tensors that all modules share, under their whole names.
  virtual NamedTensors save_shared(const AdapterTensors&) const { return {}; }
  /// The adapter's tensors for a leaf of this shape, under the names of its variant; empty, with a
  /// problem recorded in `tensors`, if they are not all there.
  virtual AdapterTensors load(const PeftModule& module, const std::vector<int64_t>& shape,
                              const PeftConfig& config, PeftTensors& tensors) const = 0;
  virtual AdapterTensors load_shared(PeftTensors&) const { return {}; }

 private:
  const PeftKeys& keys_;
};

/// The mapping of `type`, which must be one of those that have keys.
const PeftMapping& peft_mapping(const std::string& type);

// interop/peft/*.cpp
const PeftMapping& peft_lora();
const PeftMapping& peft_vera();

}  // namespace twofold
