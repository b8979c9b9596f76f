#include <gmock/gmock.h>

#include <limits>

#include "base/error.h"
#include "optim/problem.h"

namespace twofold {
namespace {

using testing::HasSubstr;

/// AdamW as written in its paper, on doubles, one number at a time.
class PlainAdamW {
 public:
  PlainAdamW(const at::Tensor& start, double decay)
      : x_(start.detach().to(at::kDouble).contiguous()),
        m_(at::zeros_like(x_)),
        v_(at::zeros_like(x_)),
        decay_(decay) {}

  void step(const at::Tensor& gradient, double lr, double scale) {
    const at::Tensor wide = gradient.to(at::kDouble).contiguous() * scale;
    ++count_;
    double *x = x_.data_ptr<double>(), *m = m_.data_ptr<double>(), *v = v_.data_ptr<double>();
    const double* g = wide.data_ptr<double>();
    for (int64_t i = 0; i < x_.numel(); ++i) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.95 * v[i] + 0.05 * g[i] * g[i];
      const double direction = m[i] / (1 - std::pow(0.9, count_)) /
                               (std::sqrt(v[i] / (1 - std::pow(0.95, count_))) + 1e-8);
      x[i] -= lr * (direction + decay_ * x[i]);
    }
  }
  const at::Tensor& value() const { return x_; }

 private:
  at::Tensor x_, m_, v_;
  double decay_;
  int count_ = 0;
};

TEST(AdamW, MatchesThePlainAlgorithmWithClippingAndDecayOnMatricesOnly) {
  const std::vector<Trainable> tensors = problem();
  std::vector<PlainAdamW> plain;
  for (const Trainable& tensor : tensors) {
    plain.emplace_back(tensor.value, tensor.value.dim() == 2 ? 0.1 : 0.0);
  }
  const auto optimizer = make_optimizer({}, tensors);
  for (int step = 0; step < 9; ++step) {
    const double lr = 0.01 * (1 + step % 3);
    set_gradients(tensors, step, step < 3 ? 0.01 : 1.0);  // below the clip, then above
    const GradientNorm sizes = gradient_norm(tensors);
    const double norm = sizes.value;
    EXPECT_EQ(norm > 1.0, step >= 3);
    for (size_t i = 0; i < tensors.size(); ++i) {
      plain[i].step(tensors[i].value.grad(), lr, norm > 1 ? 1 / norm : 1);
    }
    optimizer->step(lr, sizes);
  }
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_LE(max_difference(tensors[i].value, plain[i].value()), 2e-6) << tensors[i].name;
  }
}

TEST(AdamW, MatchesTorchsFusedAdamW) {
  OptimizerConfig config;
  config.clip = 0;
  const std::vector<Trainable> tensors = problem();
  const auto optimizer = make_optimizer(config, tensors);
  std::vector<at::Tensor> x = values(tensors);
  std::vector<at::Tensor> m, v, counts;
  for (const at::Tensor& value : x) {
    m.push_back(at::zeros_like(value));
    v.push_back(at::zeros_like(value));
    counts.push_back(at::zeros({}, at::kFloat));
  }
  for (int step = 0; step < 5; ++step) {
    set_gradients(tensors, step);
    for (size_t i = 0; i < x.size(); ++i) {
      counts[i].add_(1);
      std::vector<at::Tensor> one = {x[i]}, grad = {tensors[i].value.grad().clone()};
      std::vector<at::Tensor> first = {m[i]}, second = {v[i]}, count = {counts[i]};
      at::_fused_adamw_(one, grad, first, second, {}, count, /*lr=*/0.01, 0.9, 0.95,
                        /*weight_decay=*/x[i].dim() == 2 ? 0.1 : 0.0, 1e-8, /*amsgrad=*/false,
                        /*maximize=*/false);
    }
    optimizer->step(0.01, gradient_norm(tensors));
  }
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_LE(max_difference(tensors[i].value, x[i]), 2e-6) << tensors[i].name;
  }
}

TEST(AdamW, DecaysMatricesOnly) {
  const std::vector<Trainable> tensors = problem();
  const std::vector<at::Tensor> before = values(tensors);
  const auto optimizer = make_optimizer({}, tensors);
  for (const Trainable& tensor : tensors) {
    tensor.value.mutable_grad() = at::zeros_like(tensor.value.detach());
  }
  optimizer->step(0.5, gradient_norm(tensors));
  for (size_t i = 0; i < tensors.size(); ++i) {
    const double kept = tensors[i].value.dim() == 2 ? 1 - 0.5 * 0.1 : 1.0;
    EXPECT_LE(max_difference(tensors[i].value, before[i] * kept), 1e-7) << tensors[i].name;
  }
}

TEST(AdamW, LeavesATensorWithoutAGradientAlone) {
  const std::vector<Trainable> tensors = problem();
  const std::vector<at::Tensor> before = values(tensors);
  const auto optimizer = make_optimizer({}, tensors);
  set_gradients(tensors, 0);
  tensors[2].value.mutable_grad().reset();
  optimizer->step(0.1, gradient_norm(tensors));
  EXPECT_TRUE(at::equal(tensors[2].value, before[2]));
  EXPECT_FALSE(at::equal(tensors[1].value, before[1]));
}

TEST(AdamW, TakesAGradientOfAnotherStorageOrder) {
  const std::vector<Trainable> same = problem(), other = problem();
  const auto one = make_optimizer({}, same), two = make_optimizer({}, other);
  set_gradients(same, 0);
  set_gradients(other, 0);
  other[0].value.mutable_grad() = other[0].value.grad().contiguous();
  one->step(0.1, gradient_norm(same));
  two->step(0.1, gradient_norm(same));
  EXPECT_TRUE(at::equal(same[0].value, other[0].value));
}

TEST(AdapterOptimizer, IsAdamWithoutDecayWhateverThePhaseOneOptimizerIs) {
  OptimizerConfig muon, plain;
  muon.optimizer = "muon";
  plain.weight_decay = 0;
  const std::vector<Trainable> adapters = problem(), expected = problem();
  const auto one = make_adapter_optimizer(muon, adapters), two = make_optimizer(plain, expected);
  train(adapters, *one, 0, 3);
  train(expected, *two, 0, 3);
  for (size_t i = 0; i < adapters.size(); ++i) {
    EXPECT_TRUE(at::equal(adapters[i].value, expected[i].value)) << adapters[i].name;
  }
}

TEST(AdapterOptimizer, ClipsLikePhaseOne) {
  OptimizerConfig clipped, open;
  open.clip = 0;
  const std::vector<Trainable> a = problem(), b = problem();
  const auto one = make_adapter_optimizer(clipped, a), two = make_adapter_optimizer(open, b);
  for (int step = 0; step < 2; ++step) {
    set_gradients(a, step, step == 0 ? 1.0 : 0.01);
    set_gradients(b, step, step == 0 ? 1.0 : 0.01);
    one->step(0.01, gradient_norm(a));
    two->step(0.01, gradient_norm(b));
  }
  EXPECT_GT(max_difference(a[0].value, b[0].value), 1e-4);
}

class SavedOptimizer : public testing::TestWithParam<const char*> {
 protected:
  OptimizerConfig config() const {
    OptimizerConfig config;
    config.optimizer = GetParam();
    return config;
  }
};

TEST_P(SavedOptimizer, ContinuesBitForBit) {
  const std::vector<Trainable> whole = problem(), resumed = problem();
  const auto uninterrupted = make_optimizer(config(), whole);
  train(whole, *uninterrupted, 0, 6);
  const auto first = make_optimizer(config(), resumed);
  train(resumed, *first, 0, 3);
  NamedTensors saved;
  for (const auto& [name, tensor] : first->state()) saved.emplace_back(name, tensor.clone());
  const auto second = make_optimizer(config(), resumed);
  second->load_state(saved);
  train(resumed, *second, 3, 6);
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_TRUE(at::equal(whole[i].value, resumed[i].value)) << whole[i].name;
  }
}

TEST_P(SavedOptimizer, StateIsTheLiveOne) {
  const std::vector<Trainable> tensors = problem();
  const auto optimizer = make_optimizer(config(), tensors);
  const NamedTensors state = optimizer->state();
  ASSERT_EQ(state.size(), 2 * tensors.size() + 1);
  train(tensors, *optimizer, 0, 2);
  const auto [name, count] = state.back();  // a number of the host's, as it was when asked for
  EXPECT_EQ(name, "count");
  EXPECT_EQ(count.scalar_type(), at::kLong);
  EXPECT_EQ(count.item<int64_t>(), 0);
  EXPECT_EQ(optimizer->state().back().second.item<int64_t>(), 2);
  for (const auto& [moment, tensor] : state) {
    EXPECT_TRUE(moment == name || tensor.any().item<bool>()) << moment;
  }
}

TEST_P(SavedOptimizer, RefusesAStateOfOtherTensorsAndChangesNothing) {
  const std::vector<Trainable> tensors = problem();
  const auto optimizer = make_optimizer(config(), tensors);
  NamedTensors state;
  for (const auto& [name, tensor] : optimizer->state()) {
    state.emplace_back(name, at::ones_like(tensor));
  }
  state[0].first = "m/elsewhere";
  state[1].second = at::ones({3, 3});
  try {
    optimizer->load_state(state);
    ADD_FAILURE() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().size(), 3u);  // one missing, one of another shape, one left over
    EXPECT_THAT(error.what(), HasSubstr("m/elsewhere"));
  }
  for (const auto& [name, tensor] : optimizer->state()) {
    EXPECT_FALSE(tensor.any().item<bool>()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, SavedOptimizer, testing::Values("adamw", "muon"));

TEST(MakeOptimizer, RefusesWeightsThatAreNotFloat32) {
  std::vector<Trainable> tensors = problem();
  tensors[1].value = tensors[1].value.detach().to(at::kBFloat16);
  try {
    make_optimizer({}, tensors);
    ADD_FAILURE() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().at(0).where, tensors[1].name);
    EXPECT_EQ(error.problems().at(0).found, "bfloat16");
  }
}

TEST(OptimizerConfig, ValuesBelowZeroAreTheOptimizersOwn) {
  OptimizerConfig config;
  EXPECT_EQ(config.adamw().beta1, 0.9);
  EXPECT_EQ(config.adamw().weight_decay, 0.1);
  EXPECT_EQ(config.adamw().eps, 1e-8);
  EXPECT_EQ(config.muon().beta1, 0.8);
  EXPECT_EQ(config.muon().weight_decay, 0.0);
  EXPECT_EQ(config.muon().eps, 1e-10);
  config::Fields fields;
  config.declare(fields);
  config::load(fields, {.text = {},
                        .overrides = {"optimization.beta1=0.85", "optimization.weight_decay=0"}});
  EXPECT_EQ(config.adamw().beta1, 0.85);
  EXPECT_EQ(config.muon().beta1, 0.85);
  EXPECT_EQ(config.adamw().weight_decay, 0.0);
}

TEST(GradientNorm, IsTheL2NormOverAllTensorsThatHaveOne) {
  const std::vector<Trainable> tensors = problem();
  EXPECT_EQ(gradient_norm(tensors).value, 0.0);
  tensors[1].value.mutable_grad() = at::full({10, 4}, 3.0F);
  tensors[4].value.mutable_grad() = at::full({6}, -2.0F);
  const GradientNorm norm = gradient_norm(tensors);
  EXPECT_NEAR(norm.value, std::sqrt(40 * 9.0 + 6 * 4.0), 1e-9);
  EXPECT_EQ(norm.not_finite, "");
}

TEST(GradientNorm, NamesTheFirstTensorThatIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
    const std::vector<Trainable> tensors = problem();
    set_gradients(tensors, 0);
    tensors[3].value.mutable_grad().select(0, 2).fill_(bad);
    tensors[5].value.mutable_grad().fill_(bad);
    EXPECT_EQ(gradient_norm(tensors).not_finite, "lm_head");
  }
}

TEST(ClearGradients, TakesThemAway) {
  const std::vector<Trainable> tensors = problem();
  set_gradients(tensors, 0);
  clear_gradients(tensors);
  for (const Trainable& tensor : tensors) EXPECT_FALSE(tensor.value.grad().defined());
}

}  // namespace
}  // namespace twofold
