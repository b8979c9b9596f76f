#include "twofold/ops/head_loss.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/backend.h"
#include "ops/element.h"
#include "ops/matmul.h"
#include "ops/softmax_rows.h"
#include "twofold/tensor/host.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kChunkBytes = 48 << 20;  // of logits: enough rows for an efficient product

/// Caps logits in place; returns d capped / d logit if it is wanted (undefined without a cap).
at::Tensor cap_logits(at::Tensor& logits, double softcap, bool gradient) {
  if (softcap <= 0) return {};
  logits.div_(softcap).tanh_();
  const at::Tensor slope = gradient ? 1 - logits.square() : at::Tensor();
  logits.mul_(softcap);
  return slope;
}

int64_t chunk_rows(int64_t asked, int64_t vocabulary, at::ScalarType type) {
  if (asked > 0) return asked;
  const auto width = static_cast<int64_t>(c10::elementSize(type));
  return std::max<int64_t>(16, kChunkBytes / (vocabulary * width));
}

int64_t vocabulary_of(const LogitsPath& path) { return path.inputs().front().size(0); }

/// Carries into the autograd function what its arguments, tensors and plain values, cannot be.
struct PathHolder : torch::CustomClassHolder {
  PathHolder(LogitsPath& held, at::Tensor* wanted) : path(held), losses(wanted) {}
  LogitsPath& path;
  at::Tensor* losses;  ///< of each position; null: not wanted
};

struct HeadLossFunction : torch::autograd::Function<HeadLossFunction> {
  // inputs: path.inputs().
  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden,
                            at::TensorList inputs, c10::intrusive_ptr<PathHolder> holder,
                            const at::Tensor& labels, double scale, int64_t asked_chunk,
                            double softcap) {
    LogitsPath& path = holder->path;
    const auto type = training_type(hidden);
    const auto wants = [](const at::Tensor& input) { return input.requires_grad(); };
    at::Tensor dhidden = hidden.requires_grad() ? at::empty_like(hidden) : at::Tensor();
    const bool gradient = dhidden.defined() || std::any_of(inputs.begin(), inputs.end(), wants);
    const int64_t chunk = chunk_rows(asked_chunk, inputs.front().size(0), type);
    at::Tensor sum = at::zeros({}, hidden.options().dtype(at::kDouble).requires_grad(false));
    for (int64_t first = 0; first < hidden.size(0); first += chunk) {
      const int64_t count = std::min(chunk, hidden.size(0) - first);
      const at::Tensor h = hidden.narrow(0, first, count).to(type);
      at::Tensor logits = path.forward(h, first);
      // … which become their gradient.
      const at::Tensor slope = cap_logits(logits, softcap, gradient);
      const at::Tensor losses =
          softmax_rows(logits, labels.narrow(0, first, count), scale, gradient);
      sum.add_(losses.sum());
      if (holder->losses) holder->losses->narrow(0, first, count).copy_(losses);
      if (!gradient) continue;
      if (slope.defined()) logits.mul_(slope);
      const at::Tensor dh = path.backward(logits, h, first);
      if (dhidden.defined()) dhidden.narrow(0, first, count).copy_(dh);
    }
    variable_list saved = path.gradients();
    saved.insert(saved.begin(), dhidden);
    context->save_for_backward(std::move(saved));
    return (sum * scale).to(compute_dtype(hidden.scalar_type()));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    variable_list saved = context->get_saved_variables();
    const at::Tensor& factor = gradients[0];
    // They were formed for a factor of 1, which is what a training step's is.
    const bool is_one = factor.is_cpu() && at::equal(factor, at::ones_like(factor));
    for (at::Tensor& gradient : saved) {
      if (gradient.defined() && !is_one) gradient = gradient * factor.to(gradient.scalar_type());
    }
    saved.resize(saved.size() + 5);  // holder, labels, scale, chunk, softcap have none
    return saved;
  }
};

}  // namespace

at::Tensor HeadStates::select(const at::Tensor& x) const {
  const at::Tensor flat = x.reshape({-1, x.size(-1)});
  return places.defined() ? flat.index_select(0, places) : flat;
}

at::ScalarType training_type(const at::Tensor& hidden) {
  return ComputeOperand(hidden.narrow(0, 0, 0)).dtype();
}

at::ScalarType evaluation_type(const at::Tensor& hidden) {
  return compute_dtype(hidden.scalar_type());
}

HeadStates supervised_states(const at::Tensor& hidden, const at::Tensor& labels) {
  HeadStates states{.all = hidden, .places = {}, .supervised = {}};
  if (!use_reference(hidden)) {  // which ignores labels of −1 itself: to select is to wait
    const at::Tensor flat = labels.reshape({-1});
    TWOFOLD_EXPECT(number_of(flat.ge(-1).all()) == 1, "head_loss: labels are at least -1");
    const at::Tensor places = flat.ge(0).nonzero().squeeze(1);
    if (places.size(0) < flat.size(0)) states.places = places;
  }
  states.supervised = states.select(hidden);
  return states;
}

at::Tensor head_loss(const HeadStates& states, LogitsPath& path, const at::Tensor& labels,
                     double scale, int64_t chunk, double softcap, at::Tensor* losses) {
  const at::Tensor flat = labels.reshape({-1, 1}).to(at::kLong);
  const std::vector<at::Tensor> inputs = path.inputs();
  const at::Tensor& hidden = states.supervised;
  if (losses) {
    *losses = at::zeros({hidden.size(0)}, hidden.options().dtype(at::kDouble).requires_grad(false));
  }
  return HeadLossFunction::apply(
      hidden, at::TensorList(inputs), c10::make_intrusive<PathHolder>(path, losses),
      states.select(flat).squeeze(1).contiguous(), scale, chunk, softcap);
}

at::Tensor logits(const at::Tensor& hidden, LogitsPath& path, double softcap) {
  const at::NoGradGuard no_gradient;
  at::Tensor result = path.forward(hidden.to(evaluation_type(hidden)), 0);
  cap_logits(result, softcap, false);
  return result;
}

at::Tensor token_losses(const at::Tensor& hidden, LogitsPath& path, const at::Tensor& labels,
                        double softcap) {
  const at::NoGradGuard no_gradient;
  const auto wide = evaluation_type(hidden);
  at::Tensor losses = at::zeros({hidden.size(0)}, hidden.options().dtype(at::kDouble));
  const at::Tensor all = labels.to(at::kLong).contiguous();
  TWOFOLD_EXPECT(!all.is_cpu() || number_of(all.ge(-1).all()) == 1,
                 "head_loss: labels are at least -1");
  const at::Tensor rows = all.ge(0).nonzero().squeeze(1);
  const int64_t chunk = chunk_rows(0, vocabulary_of(path), wide);
  for (int64_t begin = 0; begin < rows.size(0); begin += chunk) {
    const at::Tensor some = rows.narrow(0, begin, std::min(chunk, rows.size(0) - begin));
    at::Tensor scores = path.forward(hidden.index_select(0, some).to(wide), begin);
    cap_logits(scores, softcap, false);
    losses.index_copy_(0, some, softmax_rows(scores, all.index_select(0, some), 0, false));
  }
  return losses.to(at::kFloat);
}

}  // namespace twofold::ops
