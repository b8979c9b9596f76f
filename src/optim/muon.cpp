#include "optim/muon.h"

#include <ATen/Functions.h>

#include <array>
#include <cmath>

#include "base/error.h"

namespace twofold {
namespace {

enum class Group { kScalar, kHead, kEmbedding, kMatrix };

Group group_of(const Trainable& tensor) {
  if (tensor.value.dim() < 2) return Group::kScalar;
  const std::string first = tensor.axes.empty() ? "" : tensor.axes.front();
  if (first == kHeadAxis) return Group::kHead;
  if (first == kVocabularyAxis || first == kPositionAxis) return Group::kEmbedding;
  return Group::kMatrix;
}

/// Groups other than the matrices are clipped, each by itself.
std::vector<int> clip_groups(const std::vector<Trainable>& tensors, int not_clipped) {
  std::vector<int> groups;
  for (const Trainable& tensor : tensors) {
    const Group group = group_of(tensor);
    groups.push_back(group == Group::kMatrix ? not_clipped : static_cast<int>(group));
  }
  return groups;
}

/// The axis that NorMuon averages over: along the rows of a tall or square matrix.
int64_t averaged_axis(const at::Tensor& matrix) { return matrix.size(0) >= matrix.size(1) ? 1 : 0; }

/// Only the matrices that Muon itself updates decay.
AdamSettings without_decay(AdamSettings settings) {
  settings.weight_decay = 0;
  return settings;
}

AdamState make_matrix_state(Trainable tensor, size_t index) {
  AdamState state = make_adam_state(std::move(tensor), index);
  const int64_t axis = averaged_axis(state.m);
  state.v = at::zeros_like(state.m.select(axis, 0)).unsqueeze(axis);
  return state;
}

/// NorMuon: evens out the update's rows (or columns) by their second moment, keeping its norm.
at::Tensor normalize(const at::Tensor& update, at::Tensor& v, double beta2) {
  constexpr double kTiny = 1e-10;
  const int64_t axis = averaged_axis(update);
  const at::Tensor power = update.square().sum(axis, /*keepdim=*/true);
  v.mul_(beta2).add_(power, (1 - beta2) / static_cast<double>(update.size(axis)));
  const at::Tensor inverse = v.clamp_min(kTiny).rsqrt();
  // Where they are: to read them would be to wait for the device.
  const at::Tensor before = power.sum().to(at::kDouble).sqrt();
  const at::Tensor after = (power * inverse.square()).sum().to(at::kDouble).sqrt();
  return update * (inverse * (before / after.clamp_min(kTiny)));
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
    : Optimizer(config.clip, clip_groups(tensors, kNotClipped)),
      config_(config),
      scalars_(without_decay(config.muon()), config.scalar_lr_multiplier),
      embeddings_(without_decay(config.muon()), config.embedding_lr_multiplier),
      heads_(without_decay(config.muon()), config.unembedding_lr_multiplier) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    switch (group_of(tensors[i])) {
      case Group::kScalar:
        scalars_.add(std::move(tensors[i]), i);
        break;
      case Group::kHead:
        heads_.add(std::move(tensors[i]), i);
        break;
      case Group::kEmbedding:
        embeddings_.add(std::move(tensors[i]), i);
        break;
      case Group::kMatrix:
        matrices_.push_back(make_matrix_state(std::move(tensors[i]), i));
        break;
    }
  }
}

void Muon::update(double lr, std::span<const double> scales) {
  ++count_;
  for (AdamGroup* group : {&scalars_, &embeddings_, &heads_}) group->step(lr, scales, count_);
  for (AdamState& matrix : matrices_) update_matrix(matrix, lr * config_.matrix_lr_multiplier);
}

void Muon::update_matrix(AdamState& matrix, double lr) {
  at::Tensor& value = matrix.tensor.value;
  const at::Tensor gradient = gradient_like(value);
  if (!gradient.defined()) return;
  const double momentum = config_.muon_momentum;
  matrix.m.mul_(momentum).add_(gradient, 1 - momentum);
  const at::Tensor nesterov = gradient * (1 - momentum) + matrix.m * momentum;
  at::Tensor update =
      normalize(orthogonalize(nesterov, config_.muon_ns_steps), matrix.v, config_.muon_beta2);
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
  append_count(state, count_);
  return state;
}

void Muon::load_state(const NamedTensors& state) {
  copy_state(this->state(), state);
  count_ = count_of(state);
}

}  // namespace twofold
