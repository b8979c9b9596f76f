#include "ops/cases.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/norm.h"
#include "ops/update.h"
#include "twofold/ops/dropout.h"

namespace twofold::bench {
namespace {

using Tensors = std::vector<at::Tensor>;
using Op = std::function<at::Tensor(const Tensors&)>;

constexpr int64_t kRows = 8, kTokens = 256, kWidth = 384, kHeads = 6;
constexpr double kFloat = sizeof(float);

at::Tensor leaf(std::vector<int64_t> shape, at::ScalarType type) {
  return at::randn(shape).to(type).requires_grad_(true);
}

/// Forward and backward.
std::function<void()> step_of(Op op, Tensors in) {
  const at::Tensor gradient = at::ones_like(op(in)).detach();
  return [=] { torch::autograd::grad({op(in)}, {in.begin(), in.end()}, {gradient}); };
}

/// `touched`: how many times the memory of the inputs an op and its gradient have to move at least.
Case graded(const std::string& name, double flops, double touched, const Tensors& in,
            const Op& ours, const Op& reference) {
  double bytes = 0;
  for (const at::Tensor& tensor : in) bytes += static_cast<double>(tensor.nbytes());
  return {name, flops, touched * bytes, step_of(ours, in), step_of(reference, in)};
}

Weight weight_of(const at::Tensor& value) {
  Weight weight;
  weight.value = value;
  return weight;
}

void add_norms(std::vector<Case>& all, at::ScalarType type, const std::string& of) {
  const Tensors in = {leaf({kRows, kTokens, kWidth}, type), leaf({kWidth}, at::kFloat)};
  // x and y, then x, dy and dx.
  all.push_back(graded(
      "rms_norm/" + of, 0, 5, in,
      [](const Tensors& t) { return ops::rms_norm(t[0], weight_of(t[1]), 1e-5); },
      [](const Tensors& t) { return ops::reference::rms_norm(t[0], weight_of(t[1]), 1e-5); }));
  all.push_back(graded(
      "layer_norm/" + of, 0, 5, in,
      [](const Tensors& t) { return ops::layer_norm(t[0], weight_of(t[1]), {}, 1e-5); },
      [](const Tensors& t) {
        return ops::reference::layer_norm(t[0], weight_of(t[1]), {}, 1e-5);
      }));
}

void add_activations(std::vector<Case>& all, at::ScalarType type, const std::string& of) {
  const at::Tensor gate = leaf({kRows, kTokens, 4 * kWidth}, type);
  const at::Tensor up = leaf({kRows, kTokens, 4 * kWidth}, type);
  // Both and y, then both, dy and two gradients: 8 of 2.
  all.push_back(graded(
      "silu_mul/" + of, 0, 4, {gate, up},
      [](const Tensors& t) { return ops::silu_mul(t[0], t[1]); },
      [](const Tensors& t) { return ops::reference::silu_mul(t[0], t[1]); }));
  all.push_back(graded(
      "gelu_tanh/" + of, 0, 5, {gate}, [](const Tensors& t) { return ops::gelu_tanh(t[0]); },
      [](const Tensors& t) { return ops::reference::gelu_tanh(t[0]); }));
  all.push_back(graded(
      "gelu_erf/" + of, 0, 5, {gate}, [](const Tensors& t) { return ops::gelu_erf(t[0]); },
      [](const Tensors& t) { return ops::reference::gelu_erf(t[0]); }));
  const ops::DropoutKey key{.seed = 1, .step = 2, .site = 3};
  all.push_back(graded(
      "dropout/" + of, 0, 4, {gate}, [=](const Tensors& t) { return ops::dropout(t[0], 0.1, key); },
      [=](const Tensors& t) { return ops::reference::dropout(t[0], 0.1, key); }));
}

void add_attention(std::vector<Case>& all, at::ScalarType type, const std::string& of) {
  constexpr int64_t kHead = kWidth / kHeads;
  const auto heads = [&] { return leaf({kRows, kTokens, kHeads, kHead}, type); };
  const ops::RotaryTable table = ops::make_rotary_table(at::rand({kHead / 2}), kTokens);
  const at::Tensor positions = at::arange(kTokens, at::kInt).expand({kRows, kTokens}).contiguous();
  all.push_back(graded(
      "rotary/" + of, 0, 4, {heads()},
      [=](const Tensors& t) { return ops::rotary(t[0], table, positions); },
      [=](const Tensors& t) { return ops::reference::rotary(t[0], table, positions); }));
  // Two products forwards and five backwards, over half of the keys.
  const double flops = 7.0 * 2 * kRows * kHeads * kTokens * (kTokens / 2.0) * kHead;
  all.push_back(graded(
      "attention/" + of, flops, 4, {heads(), heads(), heads()},
      [](const Tensors& t) { return ops::attention(t[0], t[1], t[2], {}); },
      [](const Tensors& t) { return ops::reference::attention(t[0], t[1], t[2], {}); }));
}

void add_updates(std::vector<Case>& all) {
  constexpr int64_t kParameters = int64_t{1} << 22;
  const Tensors t = {at::randn({kParameters}), at::randn({kParameters}), at::zeros({kParameters}),
                     at::zeros({kParameters})};
  const auto adam = [t](auto update) {
    return [=] {
      at::Tensor p = t[0], m = t[2], v = t[3];
      update(p, t[1], m, v, ops::AdamStep{.lr = 1e-6});
    };
  };
  all.push_back({"adam_update/float32", 0, 7 * kFloat * kParameters, adam(ops::adam_update),
                 adam(ops::reference::adam_update)});
  all.push_back({"sums_of_squares/float32", 0, kFloat * kParameters,
                 [=] { ops::sums_of_squares({t[1]}); },
                 [=] { ops::reference::sums_of_squares({t[1]}); }});
}

}  // namespace

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& [type, of] : {std::pair{at::kFloat, "float32"}, {at::kBFloat16, "bfloat16"}}) {
    add_norms(all, type, of);
    add_activations(all, type, of);
    add_attention(all, type, of);
  }
  add_updates(all);
  return all;
}

}  // namespace twofold::bench
