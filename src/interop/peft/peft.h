#pragma once
// Adapters as PEFT folders (adapter_config.json, adapter_model.safetensors), out and in.

#include "base/files.h"
#include "twofold/lora/lora.h"
#include "twofold/model/config.h"

namespace twofold {

/// The tensors of adapters (named_tensors) and the settings that describe them.
struct PeftAdapter {
  LoRAConfig lora;  ///< what a folder says; the rest as by default
  NamedTensors tensors;
};

/// Writes the adapters of a model trained under `lora` into `folder`, which must not exist: built
/// under a temporary name and renamed. An adapter whose init changed the base (pissa, olora)
/// becomes a plain one of twice the rank, for the weights as they were before; rows of tables
/// become trainable_token_indices. `base_model`: where the weights that the adapters are for lie;
/// empty if they lie nowhere. Throws an Error for a table with both an adapter and such rows.
void save_peft_folder(const ModelConfig& config, const NamedTensors& adapters,
                      const LoRAConfig& lora, const Path& folder,
                      const std::string& base_model = "");

/// PEFT keeps a copy of a table that it has adapted. Comparing that copy with the table here
/// exposes an adapter of another model, unless the table has changed since it was read: other
/// adapters may have been merged into it.
enum class TableCopies { kCompared, kIgnored };

/// Reads a folder for this model. Throws one Error with every problem, naming the key or tensor: an
/// option that is not supported, shapes of another model, missing halves, unexpected tensors,
/// numbers that are not finite. `parameters` may be without values; copies of base weights that the
/// folder holds are then not compared with them.
PeftAdapter read_peft_folder(const Path& folder, const ModelConfig& config,
                             const ParameterTree& parameters,
                             TableCopies copies = TableCopies::kCompared);

/// Does the same, and attaches the adapters.
PeftAdapter load_peft_folder(const Path& folder, const ModelConfig& config,
                             ParameterTree& parameters,
                             TableCopies copies = TableCopies::kCompared);

}  // namespace twofold
