#include "twofold/lora/adapter.h"

#include <utility>

namespace twofold {

Adapter::Adapter(const Variant& variant, const Site& site, AdapterTensors tensors)
    : variant_(variant),
      path_(site.path()),
      specs_(variant.tensors(site)),
      tensors_(std::move(tensors)) {
  for (const at::Tensor& tensor : trained()) tensor.requires_grad_(true);
}

at::Tensor Adapter::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? at::Tensor() : found->second;
}

NamedTensors Adapter::named(bool trained) const {
  NamedTensors all;
  for (const TensorSpec& spec : specs_) {
    if ((spec.kind == TensorSpec::Kind::kTrained) != trained) continue;
    const bool shared = spec.kind == TensorSpec::Kind::kShared;
    all.emplace_back(shared ? spec.name : path_ + "/" + spec.name, tensor(spec.name));
  }
  return all;
}

std::vector<at::Tensor> Adapter::trained() const {
  std::vector<at::Tensor> all;
  for (const auto& [name, value] : named(true)) all.push_back(value);
  return all;
}

void Adapter::put_on(Weight& weight) { weight.attachments.push_back(shared_from_this()); }

double Adapter::lr_multiplier(const std::string& name, const LoRAConfig& config) const {
  return tensor(name).dim() == 1 ? config.lr_ratio : 1.0;
}

bool Adapter::may_stay_unchanged(const std::vector<std::shared_ptr<Adapter>>&) const {
  return false;
}

}  // namespace twofold
