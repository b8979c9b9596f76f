#include "optim/muon.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <cmath>

#include "base/error.h"

namespace twofold {
namespace {

enum class Group { kScalar, kHead, kEmbedding, kMatrix };

bool has_any(const std::string& path, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (path.find(word) != std::string::npos) return true;
  }
  return false;
}

Group group_of(const Trainable& tensor) {
  if (tensor.value.dim() < 2) return Group::kScalar;
  if (has_any(tensor.name, {"lm_head", "unembed"})) return Group::kHead;
  if (has_any(tensor.name, {"embed", "wte", "wpe"})) return Group::kEmbedding;
  return Group::kMatrix;
}

/// The axis that NorMuon averages over: along the rows of a tall or square matrix.
int64_t averaged_axis(const at::Tensor& matrix) { return matrix.size(0) >= matrix.size(1) ? 1 : 0; }

/// Only the matrices that Muon itself updates decay.
AdamSettings without_decay(AdamSettings settings) {
  settings.weight_decay = 0;
  return settings;
}

Moments make_matrix_moments(Trainable tensor) {
  Moments moments = make_moments(std::move(tensor));
  const int64_t axis = averaged_axis(moments.m);
  moments.v = at::zeros_like(moments.m.select(axis, 0)).unsqueeze(axis);
  return moments;
}

/// NorMuon: evens out the update's rows (or columns) by their second moment, keeping its norm.
at::Tensor normalize(const at::Tensor& update, at::Tensor& v, double beta2) {
  constexpr double kTiny = 1e-10;
  const int64_t axis = averaged_axis(update);
  const at::Tensor power = update.square().sum(axis, /*keepdim=*/true);
  v.mul_(beta2).add_(power, (1 - beta2) / static_cast<double>(update.size(axis)));
  const at::Tensor inverse = v.clamp_min(kTiny).rsqrt();
  const double before = std::sqrt(power.sum().item<double>());
  const double after = std::sqrt((power * inverse.square()).sum().item<double>());
  return update * (inverse * (before / std::max(after, kTiny)));
}

}  // namespace

at::Tensor orthogonalize(const at::Tensor& matrix, int64_t iterations) {
  struct Quintic {
    double a, b, c;
  };
  static constexpr std::array<Quintic, 5> kPolarExpress = {{
      {8.156554524902461, -22.48329292557795, 15.878769915207462},
      {4.042929935166739, -2.808917465908714, 0.5000178451051316},
      {3.8916678022926607, -2.772484153217685, 0.5060648178503393},
      {3.285753657755655, -2.3681294933425376, 0.46449024233003106},
      {2.3465413258596377, -1.7097828382687081, 0.42323551169305323},
  }};
  TWOFOLD_EXPECT(iterations >= 1 && iterations <= 5, "there are five Polar Express polynomials");
  const bool tall = matrix.size(0) > matrix.size(1);
  // Norms above 1 would make the iteration diverge; the margin absorbs rounding.
  at::Tensor x = matrix / (1.02 * matrix.norm() + 1e-6);
  for (int64_t i = 0; i < iterations; ++i) {
    const auto& [a, b, c] = kPolarExpress[static_cast<size_t>(i)];
    const at::Tensor gram = tall ? at::mm(x.t(), x) : at::mm(x, x.t());
    const at::Tensor even = at::addmm(gram, gram, gram, b, c);
    x = tall ? at::addmm(x, x, even, a, 1) : at::addmm(x, even, x, a, 1);
  }
  const double ratio = static_cast<double>(matrix.size(0)) / static_cast<double>(matrix.size(1));
  return x * std::sqrt(std::max(1.0, ratio));
}

Muon::Muon(const OptimizerConfig& config, std::vector<Trainable> tensors)
    : config_(config),
      scalars_(without_decay(config.muon()), config.scalar_lr_multiplier),
      embeddings_(without_decay(config.muon()), config.embedding_lr_multiplier),
      heads_(without_decay(config.muon()), config.unembedding_lr_multiplier),
      count_(at::zeros({}, at::kLong)) {
  for (Trainable& tensor : tensors) {
    switch (group_of(tensor)) {
      case Group::kScalar:
        scalars_.add(std::move(tensor));
        break;
      case Group::kHead:
        heads_.add(std::move(tensor));
        break;
      case Group::kEmbedding:
        embeddings_.add(std::move(tensor));
        break;
      case Group::kMatrix:
        matrices_.push_back(make_matrix_moments(std::move(tensor)));
        break;
    }
  }
}

void Muon::step(double lr, double /*grad_norm*/) {
  const at::NoGradGuard no_grad;
  count_.add_(1);
  for (AdamGroup* group : {&scalars_, &embeddings_, &heads_}) {
    group->step(lr, clip_scale(config_.clip, group->grad_norm()), count_.item<int64_t>());
  }
  for (Moments& moments : matrices_) step_matrix(moments, lr * config_.matrix_lr_multiplier);
}

void Muon::step_matrix(Moments& moments, double lr) {
  at::Tensor& value = moments.tensor.value;
  const at::Tensor gradient = gradient_like(value);
  if (!gradient.defined()) return;
  const double momentum = config_.muon_momentum;
  moments.m.mul_(momentum).add_(gradient, 1 - momentum);
  const at::Tensor nesterov = gradient * (1 - momentum) + moments.m * momentum;
  at::Tensor update =
      normalize(orthogonalize(nesterov, config_.muon_ns_steps), moments.v, config_.muon_beta2);
  // Cautious decay: only where it pulls the way that the update goes.
  const double decay = config_.muon().weight_decay;
  if (decay > 0) update.add_(value * (update * value).ge(0), decay);
  value.sub_(update, lr);
}

NamedTensors Muon::state() const {
  NamedTensors state;
  append_state(state, matrices_);
  for (const AdamGroup* group : {&scalars_, &embeddings_, &heads_})
    append_state(state, group->all());
  state.emplace_back("count", count_);
  return state;
}

}  // namespace twofold
