#pragma once
// Low-rank adapters (Hu et al. 2021, arXiv 2106.09685) and their relatives, attached to a model's
// parameters from outside. y = x·W + s·(x·A)·B; neither the merged weight nor its gradient is
// formed.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "twofold/lora/adapter.h"
#include "twofold/lora/config.h"
#include "twofold/lora/freeze.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// All adapters of one set of settings, in the tree's order.
using LoRAParams = std::vector<std::shared_ptr<Adapter>>;

/// For each parameter, whether any entry selects its slash path.
std::vector<bool> param_filter(const ParameterTree& parameters,
                               const std::vector<std::string>& target_modules);

/// What each target selected, for the table printed before step 1.
struct TargetMatch {
  std::string target = {};
  std::vector<std::string> paths = {};  ///< adaptable (2-D) leaves only
  std::vector<std::vector<int64_t>> shapes = {};
  /// Trained elements of the adapters on these leaves; a leaf that several targets select counts
  /// for each of them.
  int64_t parameters = 0;
};
/// Throws one Error for all entries of `config` that select nothing, with near names, and an Error
/// if there are no targets. Needs no tensors.
std::vector<TargetMatch> match_targets(const ParameterTree& parameters, const LoRAConfig& config);

/// Attaches fresh adapters to every selected leaf. Random values come from the stream of (seed,
/// leaf path), so they do not depend on which other leaves are adapted. An `init` that makes the
/// factors from the weights subtracts their product from the weights: see changes_base.
LoRAParams inject_lora_params(ParameterTree& parameters, const LoRAConfig& config, uint64_t seed);
/// Whether injection with `config` changes the base weights.
bool changes_base(const LoRAConfig& config);
/// Whether the injection of these adapters changed the base weights.
bool changed_base(const LoRAParams& adapters);
/// Attaches adapters made of given tensors: those of named_adapters and named_constants, in any
/// order. The tensors are copied, since a tensor read from a file may be a read-only mapping. They
/// must be those that `config` asks for: the same leaves, ranks and shapes, in float32. Otherwise
/// throws an Error naming each leaf and attaches nothing.
LoRAParams attach_lora_params(ParameterTree& parameters, const NamedTensors& tensors,
                              const LoRAConfig& config);
/// Takes every adapter off; the model is the base again.
void detach_lora_params(ParameterTree& parameters);
/// Whether anything is attached.
bool has_adapters(const ParameterTree& parameters);

/// Every parameter with its adapters merged: in float32 (at least), rounded once to the leaf's
/// dtype, in the leaf's storage order (float32 for a packed leaf). A leaf without an adapter is
/// returned as it is, sharing its memory; so is one that was trained whole.
NamedTensors merge_lora_params(const ParameterTree& parameters);
/// The same of one.
at::Tensor merged_weight(const Weight& weight);

/// The number of trained elements.
int64_t count_lora_params(const LoRAParams& adapters);

/// Names of what is trained, as in checkpoints: "<path>/lora_A", … The same tensors, not copies.
NamedTensors named_adapters(const LoRAParams& adapters);
/// For each tensor of named_adapters(adapters), its learning rate divided by the phase's.
std::vector<double> lr_multipliers(const LoRAParams& adapters, const LoRAConfig& config);
/// The tensors of the adapters that are not trained, each once.
NamedTensors named_constants(const LoRAParams& adapters);
/// named_adapters, then named_constants.
NamedTensors named_tensors(const LoRAParams& adapters);

/// Groups tensors by leaf, each under the last part of its name; tensors without a leaf are under
/// "".
std::map<std::string, AdapterTensors> by_leaf(const NamedTensors& tensors);

/// For its lifetime, switches the model to the bare base (adapters off).
class AdaptersOff {
 public:
  explicit AdaptersOff(ParameterTree& parameters);
  ~AdaptersOff();
  AdaptersOff(const AdaptersOff&) = delete;
  AdaptersOff& operator=(const AdaptersOff&) = delete;

 private:
  ParameterTree& parameters_;
  std::vector<Weight> saved_;
};

}  // namespace twofold
