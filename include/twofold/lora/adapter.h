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

/// A leaf that phase 2 trains, and with which variants, in the registry's order.
struct SelectedLeaf {
  size_t index = 0;       ///< in the tree
  bool targeted = false;  ///< by target_modules
  bool saved = false;     ///< by modules_to_save or bias: trained itself
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

/// One leaf of it, as a variant is asked about it.
struct Site {
  const Selection& selection;
  const SelectedLeaf& selected;

  const Parameter& leaf() const { return selection.leaf(selected); }
  const std::string& path() const { return leaf().path; }
  const LoRAConfig& config() const { return selection.config; }
};

/// A tensor of an adapter, float32. Its name in checkpoints is "<path>/<name>"; that of a shared
/// one, which all adapters of the variant hold, is its own name.
struct TensorSpec {
  enum class Kind { kTrained, kFrozen, kShared };
  std::string name;
  std::vector<int64_t> shape;
  Kind kind = Kind::kTrained;
};
/// By the names of their specs.
using AdapterTensors = std::map<std::string, at::Tensor>;

/// A variant at one leaf: attached to its weight, it computes; it also knows its tensors by name.
class Adapter : public Attachment, public std::enable_shared_from_this<Adapter> {
 public:
  Adapter(const Variant& variant, const Site& site, AdapterTensors tensors);

  const Variant& variant() const { return variant_; }
  const std::string& path() const { return path_; }
  /// Undefined if it has none of this name.
  at::Tensor tensor(const std::string& name) const;
  /// The trained ones, or the others, under their names in checkpoints. The same tensors.
  NamedTensors named(bool trained) const;
  std::vector<at::Tensor> trained() const override;

  /// Attaches it to its leaf's weight.
  virtual void put_on(Weight& weight);
  /// The frozen weight as it was before the adapter's start was taken out of it.
  virtual at::Tensor original(const at::Tensor& value) const { return value; }
  virtual bool changed_base() const { return false; }
  /// Learning rate of a tensor / the phase's. Vectors go with B, as LoRA+ has it.
  virtual double lr_multiplier(const std::string& name, const LoRAConfig& config) const;
  /// Whether a tensor may rightly be what it was after some updates of `all`.
  virtual bool may_stay_unchanged(const std::vector<std::shared_ptr<Adapter>>& all) const;
  /// What it is, if it is more than A and B on the weights as they came; else empty.
  virtual std::string beyond_low_rank() const { return {}; }

 private:
  const Variant& variant_;
  std::string path_;
  std::vector<TensorSpec> specs_;
  AdapterTensors tensors_;
};

/// What injection may draw from and must share between leaves.
struct Injection {
  uint64_t seed = 0;
  AdapterTensors shared = {};  ///< of variants that have such tensors; filled by the first leaf
};

class Variant {
 public:
  virtual ~Variant() = default;

  virtual std::string name() const = 0;  ///< as messages and tables have it
  /// The value of optimization/lora/variant that asks for it; empty: asked for otherwise.
  virtual std::string setting() const { return {}; }
  /// PEFT's peft_type of an adapter that has it; empty: it goes with any.
  virtual std::string peft_type() const { return {}; }
  /// Its own settings, into `config.own`.
  virtual void declare(config::Fields&, LoRAConfig&) const {}
  /// Behind rank and alpha in the plan: ", VeRA"; empty where it is nothing to speak of.
  virtual std::string note(const LoRAConfig&) const { return {}; }

  /// Whether it is what target_modules select a leaf for.
  virtual bool adapts_targets(const LoRAConfig&) const { return false; }
  /// Whether it trains something at a leaf.
  virtual bool trains(const Site& site) const = 0;
  virtual std::vector<TensorSpec> tensors(const Site& site) const = 0;
  /// Fresh tensors. What is taken out of the weight changes `leaf`.
  virtual AdapterTensors fresh(const Site& site, Parameter& leaf, Injection& injection) const = 0;
  virtual std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const = 0;
  /// What its use in this selection has wrong.
  virtual void add_problems(const Selection&, std::vector<Problem>&) const {}
  /// Elements a token that it keeps for the backward pass.
  virtual int64_t activations(const Site&) const { return 0; }
};

}  // namespace twofold
