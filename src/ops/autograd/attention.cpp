#include "ops/attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "base/error.h"
#include "ops/absent.h"
#include "ops/backend.h"
#include "ops/dropout_mask.h"
#include "ops/element.h"
#include "ops/isa.h"
#include "tensor/memory.h"

namespace twofold::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Widened to the compute type, with dense rows; the tensor itself where it already is.
at::Tensor widened(const at::Tensor& x) {
  const at::Tensor wide = x.to(compute_dtype(x.scalar_type()));
  return wide.stride(-1) == 1 ? wide : wide.contiguous();
}

template <typename C>
cpu::HeadsView<const C> view(const at::Tensor& x) {
  return {elements<C>(x), x.stride(0), x.stride(1), x.stride(2)};
}

template <typename C>
cpu::HeadsView<C> mutable_view(const at::Tensor& x) {
  return {mutable_elements<C>(x), x.stride(0), x.stride(1), x.stride(2)};
}

cpu::AttentionShape shape_of(const at::Tensor& q, const at::Tensor& k, const at::Tensor& first_key,
                             const AttentionOptions& options, const cpu::DropoutMask& mask) {
  return {.batch = q.size(0),
          .queries = q.size(1),
          .keys = k.size(1),
          .heads = q.size(2),
          .kv_heads = k.size(2),
          .head_dim = q.size(3),
          .scale = options.scale,
          .window = options.window,
          .softcap = options.softcap,
          .first_key = first_key.numel() > 0 ? elements<int32_t>(first_key) : nullptr,
          .dropout = options.dropout > 0 ? &mask : nullptr,
          .first_row = options.dropout_key.first_row};
}

void save(AutogradContext* ctx, const AttentionOptions& options) {
  ctx->saved_data["scale"] = options.scale;
  ctx->saved_data["window"] = options.window;
  ctx->saved_data["softcap"] = options.softcap;
  save_dropout(ctx, options.dropout, options.dropout_key);
}

AttentionOptions saved_options(AutogradContext* ctx) {
  const auto [p, key] = saved_dropout(ctx);
  return {.scale = ctx->saved_data["scale"].toDouble(),
          .window = ctx->saved_data["window"].toInt(),
          .softcap = ctx->saved_data["softcap"].toDouble(),
          .dropout = p,
          .dropout_key = key};
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& q_in, const at::Tensor& k_in,
                            const at::Tensor& v_in, const at::Tensor& first_key,
                            const AttentionOptions& options) {
    const at::Tensor q = widened(q_in), k = widened(k_in), v = widened(v_in);
    const cpu::DropoutMask mask = dropout_mask(options.dropout, options.dropout_key);
    const cpu::AttentionShape shape = shape_of(q, k, first_key, options, mask);
    const at::Tensor out = at::empty(q.sizes(), q.options());
    const at::Tensor log_sum = at::empty({q.size(0), q.size(2), q.size(1)}, q.options());
    dispatch_floating(q.scalar_type(), [&](auto tag) {
      using C = cpu::Compute<decltype(tag)>;
      const cpu::AttentionForward<C> work{.shape = shape,
                                          .q = view<C>(q),
                                          .k = view<C>(k),
                                          .v = view<C>(v),
                                          .out = mutable_view<C>(out),
                                          .log_sum = mutable_elements<C>(log_sum)};
      const auto forward = loops().attention.of<C>().forward;
      at::parallel_for(0, shape.batch * shape.heads * shape.query_tiles(), 1,
                       [&](int64_t begin, int64_t end) { forward(work, begin, end); });
    });
    const at::Tensor result = out.to(q_in.scalar_type());
    ctx->save_for_backward({q_in, k_in, v_in, first_key, result, log_sum});
    save(ctx, options);
    return result;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor q = widened(saved[0]), k = widened(saved[1]), v = widened(saved[2]);
    const at::Tensor out = widened(saved[4]), dout = widened(gradients[0]);
    const at::Tensor &first_key = saved[3], &log_sum = saved[5];
    const AttentionOptions options = saved_options(ctx);
    const cpu::DropoutMask mask = dropout_mask(options.dropout, options.dropout_key);
    const cpu::AttentionShape shape = shape_of(q, k, first_key, options, mask);
    const at::Tensor dq = at::empty(q.sizes(), q.options());
    const at::Tensor dk = at::zeros(k.sizes(), k.options()), dv = at::zeros(v.sizes(), v.options());
    dispatch_floating(q.scalar_type(), [&](auto tag) {
      using C = cpu::Compute<decltype(tag)>;
      const cpu::AttentionBackward<C> work{.shape = shape,
                                           .q = view<C>(q),
                                           .k = view<C>(k),
                                           .v = view<C>(v),
                                           .out = view<C>(out),
                                           .dout = view<C>(dout),
                                           .log_sum = elements<C>(log_sum),
                                           .dq = mutable_view<C>(dq),
                                           .dk = mutable_view<C>(dk),
                                           .dv = mutable_view<C>(dv)};
      const auto backward = loops().attention.of<C>().backward;
      at::parallel_for(0, shape.batch * shape.kv_heads, 1,
                       [&](int64_t begin, int64_t end) { backward(work, begin, end); });
    });
    const at::ScalarType type = saved[0].scalar_type();
    return {dq.to(type), dk.to(type), dv.to(type), {}, {}};
  }
};

void check(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
           const at::Tensor& first_key, double dropout) {
  TWOFOLD_EXPECT(k.sizes() == v.sizes() && q.size(0) == k.size(0) && q.size(3) == k.size(3),
                 "q, k and v agree in batch and head size");
  TWOFOLD_EXPECT(k.size(2) > 0 && q.size(2) % k.size(2) == 0, "query heads divide into key heads");
  TWOFOLD_EXPECT(q.size(1) <= k.size(1), "every query stands at a key");
  TWOFOLD_EXPECT(q.scalar_type() == k.scalar_type() && q.scalar_type() == v.scalar_type(),
                 "q, k and v have one dtype");
  TWOFOLD_EXPECT(!first_key.defined() || first_key.numel() == q.size(0) * q.size(1),
                 "one first key a query");
  TWOFOLD_EXPECT(dropout >= 0 && dropout < 1, "a dropout rate is in [0, 1)");
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const at::Tensor& first_key, const AttentionOptions& options) {
  check(q, k, v, first_key, options.dropout);
  if (use_reference(q)) return reference::attention(q, k, v, first_key, options);
  AttentionOptions chosen = options;
  if (chosen.scale == 0) chosen.scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
  const at::Tensor first = first_key.defined() ? first_key.to(at::kInt).contiguous() : or_empty({});
  return AttentionFunction::apply(q, k, v, first, chosen);
}

}  // namespace twofold::ops
