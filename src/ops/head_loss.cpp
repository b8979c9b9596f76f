#include "ops/head_loss.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "ops/absent.h"
#include "ops/adapter_dropout.h"
#include "ops/element.h"
#include "ops/head_products.h"
#include "ops/matmul.h"
#include "ops/softmax_rows.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kChunkBytes = 48 << 20;  // of logits: enough rows for an efficient product

/// Adds scale·a·b to `sum`, which may be wider than the operands.
void add_product(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b, double scale = 1) {
  if (!sum.defined()) return;
  if (sum.scalar_type() == a.scalar_type()) {
    sum.addmm_(a, b, 1, scale);
  } else {
    sum.add_(at::mm(a, b), scale);
  }
}

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

/// Indices of the labels that are not −1, or undefined when that is all of them.
at::Tensor supervised_rows(const at::Tensor& labels) {
  TWOFOLD_EXPECT(labels.numel() == 0 || labels.min().item<int64_t>() >= -1,
                 "head_loss: labels are at least -1");
  const at::Tensor kept = labels.ge(0);
  return kept.all().item<bool>() ? at::Tensor() : kept.nonzero().squeeze(1);
}

struct HeadLossFunction : torch::autograd::Function<HeadLossFunction> {
  // u: narrowed(…), by way of which the gradients of B and of what it saw go.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden,
                            const at::Tensor& value, const at::Tensor& maybe_A,
                            const at::Tensor& maybe_u, const at::Tensor& maybe_factor,
                            const at::Tensor& maybe_rows, const at::Tensor& row_ids,
                            double low_rank_scale, const at::Tensor& labels, double scale,
                            int64_t asked_chunk, double softcap) {
    const at::Tensor A = or_absent(maybe_A), all_u = or_absent(maybe_u),
                     factor = or_absent(maybe_factor), rows = or_absent(maybe_rows);
    Weight weight{.value = value, .low_rank = {}};
    if (A.defined()) weight.low_rank = LowRank{.A = A, .B = {}, .scale = low_rank_scale};
    if (rows.defined()) weight.rows = TrainedRows{.ids = row_ids, .value = rows};
    const auto wide = compute_dtype(hidden.scalar_type());
    const auto type = Panel(hidden.narrow(0, 0, 0)).dtype();
    const HeadProducts head(weight, factor, type);
    const auto sum_if_wanted = [&](const at::Tensor& leaf) {
      return leaf.defined() && leaf.requires_grad() ? at::zeros(leaf.sizes(), wide) : at::Tensor();
    };
    const auto same_if_wanted = [&](const at::Tensor& leaf) {
      return leaf.defined() && leaf.requires_grad() ? at::empty_like(leaf) : at::Tensor();
    };
    at::Tensor dhidden = same_if_wanted(hidden), du = same_if_wanted(all_u);
    at::Tensor dvalue = sum_if_wanted(value), dA = sum_if_wanted(A),
               dfactor = sum_if_wanted(factor), drows = sum_if_wanted(rows);
    const bool gradient = dhidden.defined() || du.defined() || dvalue.defined() || dA.defined() ||
                          dfactor.defined() || drows.defined();
    const int64_t chunk = chunk_rows(asked_chunk, value.size(0), type);
    double sum = 0;
    for (int64_t begin = 0; begin < hidden.size(0); begin += chunk) {
      const int64_t count = std::min(chunk, hidden.size(0) - begin);
      const auto part = [&](const at::Tensor& x) {
        return x.defined() ? x.narrow(0, begin, count) : x;
      };
      const at::Tensor h = part(hidden).to(type), u = part(all_u);
      at::Tensor unscaled;
      at::Tensor logits = head.logits(h, u, dfactor.defined() ? &unscaled : nullptr);
      // … which become their gradient.
      const at::Tensor slope = cap_logits(logits, softcap, gradient);
      sum += softmax_rows(logits, part(labels), scale, gradient).sum().item<double>();
      if (!gradient) continue;
      if (slope.defined()) logits.mul_(slope);
      const at::Tensor columns = head.take_columns(logits);
      if (dfactor.defined()) dfactor.add_(unscaled.mul_(logits).sum(0, /*keepdim=*/false, wide));
      if (factor.defined()) logits.mul_(head.factor);
      if (dhidden.defined()) part(dhidden).copy_(head.hidden_gradient(logits, columns));
      if (du.defined()) part(du).copy_(at::mm(logits, head.A).mul_(low_rank_scale));
      if (drows.defined()) add_product(drows, columns.t(), h);
      add_product(dvalue, logits.t(), h);
      if (dA.defined()) add_product(dA, logits.t(), u, low_rank_scale);
    }
    context->saved_data["dtype"] = static_cast<int64_t>(value.scalar_type());
    context->save_for_backward({dhidden, dvalue, dA, du, dfactor, drows});
    return at::scalar_tensor(scale * sum, wide);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const double factor = gradients[0].item<double>();
    for (at::Tensor& gradient : saved) {
      // The gradients were formed for a factor of 1, which is what a training step's is.
      if (gradient.defined() && factor != 1.0) gradient = gradient * factor;
    }
    const auto dtype = static_cast<at::ScalarType>(context->saved_data["dtype"].toInt());
    if (saved[1].defined()) saved[1] = saved[1].to(dtype);
    const at::Tensor none;
    return {saved[0], saved[1], saved[2], saved[3], saved[4], saved[5],
            none,     none,     none,     none,     none,     none};
  }
};

}  // namespace

at::Tensor head_loss(const at::Tensor& hidden, const Weight& head, const at::Tensor& labels,
                     double scale, int64_t chunk, double softcap) {
  const at::Tensor kept_labels = labels.reshape({-1}).to(at::kLong).contiguous();
  const at::Tensor supervised = supervised_rows(kept_labels);
  const auto kept = [&](const at::Tensor& x) {
    const at::Tensor flat = x.reshape({-1, x.size(-1)});
    return supervised.defined() ? flat.index_select(0, supervised) : flat;
  };
  const LowRank term = head.low_rank.value_or(LowRank{});
  const TrainedRows rows = head.rows.value_or(TrainedRows{});
  const at::Tensor states = kept(hidden), seen = dropped(hidden, term);
  TWOFOLD_EXPECT(!seen.defined() || !term.magnitude.defined(),
                 "head_loss: a head with a magnitude sees all of its input");
  const at::Tensor u =
      narrowed(seen.defined() ? kept(seen) : states, term, Panel(states.narrow(0, 0, 0)).dtype());
  return HeadLossFunction::apply(
      states, head.value, or_empty(term.A), or_empty(u), or_empty(head_factor(head)),
      or_empty(rows.value), or_empty(rows.ids), term.scale,
      supervised.defined() ? kept_labels.index_select(0, supervised) : kept_labels, scale, chunk,
      softcap);
}

at::Tensor logits(const at::Tensor& hidden, const Weight& head, double softcap) {
  const at::NoGradGuard no_gradient;
  const auto wide = compute_dtype(hidden.scalar_type());
  const HeadProducts products(head, head_factor(head), wide);
  const LowRank term = head.low_rank.value_or(LowRank{});
  const at::Tensor h = hidden.to(wide);
  at::Tensor result = products.logits(h, narrowed(h, term, wide));
  cap_logits(result, softcap, false);
  return result;
}

at::Tensor token_losses(const at::Tensor& hidden, const Weight& head, const at::Tensor& labels,
                        double softcap) {
  const at::NoGradGuard no_gradient;
  at::Tensor losses = at::zeros({hidden.size(0)}, at::kDouble);
  const at::Tensor all = labels.to(at::kLong).contiguous();
  at::Tensor rows = supervised_rows(all);
  if (!rows.defined()) rows = at::arange(all.size(0), at::kLong);
  const auto wide = compute_dtype(hidden.scalar_type());
  const HeadProducts products(head, head_factor(head), wide);
  const LowRank term = head.low_rank.value_or(LowRank{});
  const int64_t chunk = chunk_rows(0, head.value.size(0), wide);
  for (int64_t begin = 0; begin < rows.size(0); begin += chunk) {
    const at::Tensor some = rows.narrow(0, begin, std::min(chunk, rows.size(0) - begin));
    const at::Tensor h = hidden.index_select(0, some).to(wide);
    at::Tensor scores = products.logits(h, narrowed(h, term, wide));
    cap_logits(scores, softcap, false);
    losses.index_copy_(0, some, softmax_rows(scores, all.index_select(0, some), 0, false));
  }
  return losses.to(at::kFloat);
}

}  // namespace twofold::ops
