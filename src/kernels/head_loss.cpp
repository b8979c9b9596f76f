#include "kernels/head_loss.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/absent.h"
#include "kernels/element.h"
#include "kernels/head_products.h"
#include "kernels/matmul.h"
#include "kernels/vector_math.h"

namespace twofold::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kChunkBytes = 48 << 20;  // of logits: enough rows for an efficient product

/// Returns −log softmax(logits)[label] of one row. With a gradient, the row becomes
/// scale · (softmax − one_hot(label)).
template <typename C>
double softmax_row(C* __restrict logits, int64_t vocabulary, int64_t label, C scale,
                   bool gradient) {
  C largest = -std::numeric_limits<C>::infinity();
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < vocabulary; ++i) largest = std::max(largest, logits[i]);
  const C at_label = logits[label];
  C sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < vocabulary; ++i) {
    const C e = exp_approx(logits[i] - largest);
    logits[i] = e;
    sum += e;
  }
  if (gradient) {
    const C factor = scale / sum;
    for (int64_t i = 0; i < vocabulary; ++i) logits[i] *= factor;
    logits[label] -= scale;
  }
  return static_cast<double>(largest) + std::log(static_cast<double>(sum)) -
         static_cast<double>(at_label);
}

/// The same for a row in its storage type: in place, or by way of `wide`.
template <typename T, typename C = Compute<T>>
double softmax_stored(T* row, std::vector<C>& wide, int64_t label, C scale, bool gradient) {
  if constexpr (std::is_same_v<T, C>) {
    return softmax_row(row, static_cast<int64_t>(wide.size()), label, scale, gradient);
  } else {
    std::copy_n(row, wide.size(), wide.begin());
    const double loss =
        softmax_row(wide.data(), static_cast<int64_t>(wide.size()), label, scale, gradient);
    if (gradient) std::copy(wide.begin(), wide.end(), row);
    return loss;
  }
}

/// Losses of the rows of `logits` (n, V), which become their gradients if that is wanted.
at::Tensor softmax_rows(at::Tensor& logits, const at::Tensor& labels, double scale, bool gradient) {
  const int64_t vocabulary = logits.size(1);
  at::Tensor losses = at::empty({logits.size(0)}, at::kDouble);
  double* out = losses.mutable_data_ptr<double>();
  const int64_t* label = labels.const_data_ptr<int64_t>();
  dispatch_floating(logits.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = Compute<T>;
    T* data = logits.mutable_data_ptr<T>();
    at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
      std::vector<C> wide(static_cast<size_t>(vocabulary));
      for (int64_t row = begin; row < end; ++row) {
        TWOFOLD_EXPECT(label[row] < vocabulary, "head_loss: labels are below the vocabulary");
        out[row] = softmax_stored(data + row * vocabulary, wide, label[row], static_cast<C>(scale),
                                  gradient);
      }
    });
  });
  return losses;
}

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
  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden,
                            const at::Tensor& value, const at::Tensor& maybe_A,
                            const at::Tensor& maybe_B, const at::Tensor& maybe_factor,
                            const at::Tensor& maybe_rows, const at::Tensor& row_ids,
                            double low_rank_scale, const at::Tensor& labels, double scale,
                            int64_t asked_chunk, double softcap) {
    const at::Tensor A = or_absent(maybe_A), B = or_absent(maybe_B),
                     factor = or_absent(maybe_factor), rows = or_absent(maybe_rows);
    Weight weight{.value = value, .low_rank = {}};
    if (A.defined()) weight.low_rank = LowRank{.A = A, .B = B, .scale = low_rank_scale};
    if (rows.defined()) weight.rows = TrainedRows{.ids = row_ids, .value = rows};
    const auto wide = compute_dtype(hidden.scalar_type());
    const auto type = Panel(hidden.narrow(0, 0, 0)).dtype();
    const HeadProducts head(weight, factor, type);
    const auto sum_if_wanted = [&](const at::Tensor& leaf) {
      return leaf.defined() && leaf.requires_grad() ? at::zeros(leaf.sizes(), wide) : at::Tensor();
    };
    const bool want_hidden = hidden.requires_grad();
    at::Tensor dhidden = want_hidden ? at::empty_like(hidden) : at::Tensor();
    at::Tensor dvalue = sum_if_wanted(value), dA = sum_if_wanted(A), dB = sum_if_wanted(B),
               dfactor = sum_if_wanted(factor), drows = sum_if_wanted(rows);
    const bool gradient = want_hidden || dvalue.defined() || dA.defined() || dB.defined() ||
                          dfactor.defined() || drows.defined();
    const int64_t chunk = chunk_rows(asked_chunk, value.size(0), type);
    double sum = 0;
    for (int64_t begin = 0; begin < hidden.size(0); begin += chunk) {
      const int64_t count = std::min(chunk, hidden.size(0) - begin);
      const at::Tensor h = hidden.narrow(0, begin, count).to(type);
      at::Tensor unscaled;
      at::Tensor logits = head.logits(h, dfactor.defined() ? &unscaled : nullptr);
      // … which become their gradient.
      const at::Tensor slope = cap_logits(logits, softcap, gradient);
      sum += softmax_rows(logits, labels.narrow(0, begin, count), scale, gradient)
                 .sum()
                 .item<double>();
      if (!gradient) continue;
      if (slope.defined()) logits.mul_(slope);
      const at::Tensor columns = head.take_columns(logits);
      if (dfactor.defined()) dfactor.add_(unscaled.mul_(logits).sum(0, /*keepdim=*/false, wide));
      if (factor.defined()) logits.mul_(head.factor);
      if (want_hidden) dhidden.narrow(0, begin, count).copy_(head.hidden_gradient(logits, columns));
      if (drows.defined()) add_product(drows, columns.t(), h);
      add_product(dvalue, logits.t(), h);
      if (dA.defined()) add_product(dA, logits.t(), at::mm(h, head.B.t()), low_rank_scale);
      if (dB.defined()) add_product(dB, at::mm(logits, head.A).t(), h, low_rank_scale);
    }
    context->saved_data["dtype"] = static_cast<int64_t>(value.scalar_type());
    context->save_for_backward({dhidden, dvalue, dA, dB, dfactor, drows});
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
  at::Tensor kept_hidden = hidden, kept_labels = labels.to(at::kLong).contiguous();
  if (const at::Tensor rows = supervised_rows(kept_labels); rows.defined()) {
    kept_hidden = hidden.index_select(0, rows);
    kept_labels = kept_labels.index_select(0, rows);
  }
  const LowRank low_rank = head.low_rank.value_or(LowRank{});
  const TrainedRows rows = head.rows.value_or(TrainedRows{});
  return HeadLossFunction::apply(kept_hidden, head.value, or_empty(low_rank.A),
                                 or_empty(low_rank.B), or_empty(head_factor(head)),
                                 or_empty(rows.value), or_empty(rows.ids), low_rank.scale,
                                 kept_labels, scale, chunk, softcap);
}

at::Tensor logits(const at::Tensor& hidden, const Weight& head, double softcap) {
  const at::NoGradGuard no_gradient;
  const auto wide = compute_dtype(hidden.scalar_type());
  at::Tensor result = HeadProducts(head, head_factor(head), wide).logits(hidden.to(wide));
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
  const int64_t chunk = chunk_rows(0, head.value.size(0), wide);
  for (int64_t begin = 0; begin < rows.size(0); begin += chunk) {
    const at::Tensor some = rows.narrow(0, begin, std::min(chunk, rows.size(0) - begin));
    at::Tensor scores = products.logits(hidden.index_select(0, some).to(wide));
    cap_logits(scores, softcap, false);
    losses.index_copy_(0, some, softmax_rows(scores, all.index_select(0, some), 0, false));
  }
  return losses.to(at::kFloat);
}

}  // namespace twofold::kernels
