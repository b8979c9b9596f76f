// Leaves that are trained themselves, in float32: modules_to_save, and biases.
#include <ATen/ATen.h>

#include <utility>

#include "lora/variants/registry.h"

namespace twofold {
namespace {

constexpr const char* kWhole = "whole";

class FullWeight final : public Adapter {
 public:
  using Adapter::Adapter;

  void put_on(Weight& weight) override {
    base_value_ = std::exchange(weight.value, tensor(kWhole));
    Adapter::put_on(weight);
  }
  at::Tensor base_value() const override { return base_value_; }
  /// Some biases have no effect: those of keys in attention.
  bool may_stay_unchanged(const std::vector<std::shared_ptr<Adapter>>&) const override {
    return path().ends_with("/bias");
  }
  std::string beyond_low_rank() const override { return "a tensor that was trained whole"; }

 private:
  at::Tensor base_value_;
};

class FullWeightVariant final : public Variant {
 public:
  std::string name() const override { return "trained whole"; }
  bool trains(const Site& site) const override { return site.selected.saved; }
  std::vector<TensorSpec> tensors(const Site& site) const override {
    return {{kWhole, site.leaf().shape}};
  }
  AdapterTensors fresh(const Site&, Parameter& leaf, Injection&) const override {
    return {
        {kWhole, leaf.weight.value.detach().to(at::kFloat).clone(at::MemoryFormat::Contiguous)}};
  }
  std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const override {
    return std::make_shared<FullWeight>(*this, site, std::move(tensors));
  }
};

}  // namespace

const Variant& full_weight_variant() {
  static const FullWeightVariant kVariant;
  return kVariant;
}

}  // namespace twofold
