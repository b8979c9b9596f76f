#pragma once
// What an adapter is. A variant is one file in lora/variants: it says which tensors it trains at a
// leaf, how they start, and what the leaf computes with them. An Adapter is a variant at one leaf.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "twofold/error.h"
#include "twofold/lora/config.h"
#include "twofold/ops/attachment.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

class Variant;

/// A leaf that phase 2 trains, and the variants that train it, in the registry's order.
struct SelectedLeaf {
  size_t index = 0;       ///< in the tree
  bool targeted = false;  ///< by target_modules
  bool saved = false;     ///< by modules_to_save or bias: the leaf itself is trained
  std::vector<const Variant*> variants = {};
};

/// Everything that phase 2 trains, in the tree's order.
struct Selection {
  const ParameterTree& parameters;
  const LoRAConfig& config;
  std::vector<SelectedLeaf> leaves = {};

  const Parameter& leaf(const SelectedLeaf& selected) const {
    return parameters.all()[selected.index];
  }
};

/// One leaf of a selection: what a variant is asked about.
struct Site {
  const Selection& selection;
  const SelectedLeaf& selected;

  const Parameter& leaf() const { return selection.leaf(selected); }
  const std::string& path() const { return leaf().path; }
  const LoRAConfig& config() const { return selection.config; }
};

/// A tensor of an adapter, float32. Its name in checkpoints is "<path>/<name>", or "<name>" if it
/// is shared by all adapters of the variant.
struct TensorSpec {
  enum class Kind { kTrained, kFrozen, kShared };
  std::string name;
  std::vector<int64_t> shape;
  Kind kind = Kind::kTrained;
};
/// An adapter's tensors by the names in their specs.
using AdapterTensors = std::map<std::string, at::Tensor>;

/// A variant at one leaf. Attached to the leaf's weight, it computes the weight's products; it also
/// gives access to its tensors by name.
class Adapter : public Attachment, public std::enable_shared_from_this<Adapter> {
 public:
  Adapter(const Variant& variant, const Site& site, AdapterTensors tensors);

  const Variant& variant() const { return variant_; }
  const std::string& path() const { return path_; }
  /// Undefined if the adapter has no tensor of this name.
  at::Tensor tensor(const std::string& name) const;
  /// The trained tensors, or the others, under their names in checkpoints. Aliases, not copies.
  NamedTensors named(bool trained) const;
  std::vector<at::Tensor> trained() const override;

  /// Attaches the adapter to its leaf's weight.
  virtual void put_on(Weight& weight);
  /// `value`, the frozen weight, as it was before the product of the adapter's initial factors was
  /// subtracted from it (pissa, olora).
  virtual at::Tensor original(const at::Tensor& value) const { return value; }
  virtual bool changed_base() const { return false; }
  /// A tensor's learning rate divided by the phase's. Vectors use the rate of B, as in LoRA+.
  virtual double lr_multiplier(const std::string& name, const LoRAConfig& config) const;
  /// Whether the adapter may legitimately be unchanged after some updates of `all` adapters.
  virtual bool may_stay_unchanged(const std::vector<std::shared_ptr<Adapter>>& all) const;
  /// Describes the adapter if it is more than A and B on the original weights; else empty.
  virtual std::string beyond_low_rank() const { return {}; }

 private:
  const Variant& variant_;
  std::string path_;
  std::vector<TensorSpec> specs_;
  AdapterTensors tensors_;
};

/// What injection draws from, and the tensors that leaves share.
struct Injection {
  uint64_t seed = 0;
  AdapterTensors shared = {};  ///< of variants with shared tensors; filled at the first leaf
};

class Variant {
 public:
  virtual ~Variant() = default;

  virtual std::string name() const = 0;  ///< as messages and tables show it
  /// The value of optimization/lora/variant that selects the variant; empty: other settings select
  /// it.
  virtual std::string setting() const { return {}; }
  /// PEFT's peft_type of adapters of this variant; empty: it may occur with any peft_type.
  virtual std::string peft_type() const { return {}; }
  /// Declares the variant's own settings, which are bound to `config.own`.
  virtual void declare(config::Fields&, LoRAConfig&) const {}
  /// What the plan shows after rank and alpha, such as ", VeRA"; may be empty.
  virtual std::string note(const LoRAConfig&) const { return {}; }

  /// Whether this is the variant that adapts the leaves which target_modules select.
  virtual bool adapts_targets(const LoRAConfig&) const { return false; }
  /// Whether the variant trains something at a leaf.
  virtual bool trains(const Site& site) const = 0;
  virtual std::vector<TensorSpec> tensors(const Site& site) const = 0;
  /// Fresh tensors. An init that subtracts their product from the weight changes `leaf`.
  virtual AdapterTensors fresh(const Site& site, Parameter& leaf, Injection& injection) const = 0;
  virtual std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const = 0;
  /// Adds everything that is wrong with the use of this variant in this selection.
  virtual void add_problems(const Selection&, std::vector<Problem>&) const {}
  /// Elements per token that an adapter keeps for the backward pass.
  virtual int64_t activations(const Site&) const { return 0; }
};

}  // namespace twofold
