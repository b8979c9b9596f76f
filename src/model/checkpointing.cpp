#include "model/checkpointing.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <utility>

#include "twofold/ops/attachment.h"

namespace twofold {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Carries the block into the backward pass; an IValue can hold nothing but such an object.
struct BlockHolder : torch::CustomClassHolder {
  explicit BlockHolder(BlockFunction function) : block(std::move(function)) {}
  BlockFunction block;
};

struct Checkpointed : torch::autograd::Function<Checkpointed> {
  static at::Tensor forward(AutogradContext* context, c10::intrusive_ptr<BlockHolder> holder,
                            const at::Tensor& x, at::TensorList trained) {
    variable_list saved = {x};
    saved.insert(saved.end(), trained.begin(), trained.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["block"] = c10::IValue::make_capsule(holder);
    return holder->block(x);
  }

  static variable_list backward(AutogradContext* context, variable_list output_gradients) {
    const auto capsule = context->saved_data["block"].toCapsule();
    const auto& block = static_cast<const BlockHolder&>(*capsule).block;
    variable_list inputs = context->get_saved_variables();
    const bool wants_x = inputs[0].requires_grad();
    inputs[0] = inputs[0].detach().requires_grad_(wants_x);

    const at::AutoGradMode enable(true);
    const at::Tensor output = block(inputs[0]);
    variable_list wanted(inputs.begin() + (wants_x ? 0 : 1), inputs.end());
    variable_list gradients = torch::autograd::grad({output}, wanted, output_gradients,
                                                    /*retain_graph=*/std::nullopt,
                                                    /*create_graph=*/false, /*allow_unused=*/true);
    if (!wants_x) gradients.insert(gradients.begin(), at::Tensor());
    gradients.insert(gradients.begin(), at::Tensor());  // the block itself has none
    return gradients;
  }
};

}  // namespace

at::Tensor checkpointed(BlockFunction block, const at::Tensor& x,
                        const std::vector<at::Tensor>& trained) {
  return Checkpointed::apply(c10::make_intrusive<BlockHolder>(std::move(block)), x,
                             at::TensorList(trained));
}

std::vector<at::Tensor> trained_tensors(const ParameterTree& tree, const std::string& prefix) {
  std::vector<at::Tensor> found;
  const auto keep = [&](const at::Tensor& tensor) {
    const auto is_it = [&](const at::Tensor& other) { return other.is_same(tensor); };
    if (!tensor.defined() || !tensor.requires_grad()) return;
    if (std::none_of(found.begin(), found.end(), is_it)) found.push_back(tensor);
  };
  for (const Parameter& parameter : tree.all()) {
    if (!parameter.path.starts_with(prefix)) continue;
    keep(parameter.weight.value);
    for (const auto& attachment : parameter.weight.attachments) {
      for (const at::Tensor& tensor : attachment->trained()) keep(tensor);
    }
  }
  return found;
}

}  // namespace twofold
