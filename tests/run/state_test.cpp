// The object that is a run: the switch between its phases, and whole round trips through a
// checkpoint.
#include "run/state.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "run/tiny.h"
#include "train/run_state_json.h"
#include "twofold/model/loss.h"
#include "twofold/train/step.h"

namespace twofold {
namespace {

Batch rows() {
  Batch batch(2, 8);
  for (size_t i = 0; i < batch.tokens.size(); ++i) {
    batch.tokens[i] = static_cast<int32_t>((i * 7 + 3) % 32);
    batch.labels[i] = static_cast<int32_t>((i * 7 + 10) % 32);
    batch.positions[i] = static_cast<int32_t>(i % 8);
  }
  batch.sources.resize(2);
  return batch;
}

/// Takes `steps` steps; the last one's loss.
double train(TrainState& state, int64_t steps) {
  const LossFunction loss = [&](const Batch& micro, double scale, int64_t) {
    return batch_loss(*state.model, micro, scale, {.training = true});
  };
  double last = 0;
  for (int64_t i = 0; i < steps; ++i) {
    last = train_step(loss, rows(), 2, state.trainables(), *state.optimizer, 1e-2,
                      ++state.progress.step)
               .loss;
  }
  return last;
}

LoRAConfig of_rank(int64_t rank) {
  LoRAConfig config;
  config.rank = rank;
  config.alpha = 4;
  return config;
}

NamedTensors copies(const NamedTensors& tensors) {
  NamedTensors out;
  for (const auto& [name, tensor] : tensors) out.emplace_back(name, tensor.detach().clone());
  return out;
}

void expect_equal(const NamedTensors& a, const NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_TRUE(at::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

class State : public testing::Test {
 protected:
  State() : folder_(Path(testing::TempDir()) / ("state-" + std::to_string(getpid()))) {}
  ~State() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<TrainState> through_a_checkpoint(const TrainState& state) {
    CheckpointStore store(folder_);
    store.save("one", state.snapshot("job: x\n"), /*move_latest=*/true);
    return restore_state(CheckpointStore::open(folder_ / "one", "one"), *config_, optimizer_, lora_,
                         host_device());
  }

  const Path folder_;
  const std::unique_ptr<ModelConfig> config_ = test::tiny_llama();
  const OptimizerConfig optimizer_;
  const LoRAConfig lora_ = of_rank(2);
};

TEST_F(State, PhaseOneTrainsEveryParameter) {
  TrainState state = start_state(*config_, optimizer_, 7, true, host_device());
  const NamedTensors before = copies(state.model->parameters().named());
  train(state, 2);
  const NamedTensors after = state.model->parameters().named();
  EXPECT_EQ(state.trainables().size(), after.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_FALSE(at::equal(before[i].second, after[i].second)) << after[i].first;
  }
}

TEST_F(State, KeepsWhatEachItemScoredAtTheBoundaries) {
  TrainState state = start_state(*config_, optimizer_, 7, true, host_device());
  state.progress.boundaries = {{.label = "start", .tasks = {{.name = "val/a/loss", .value = 2}}}};
  state.scored_items["start/val/a/loss"] = {1.5, 2.5};
  const auto again = through_a_checkpoint(state);
  EXPECT_EQ(again->scored_items, state.scored_items);
  EXPECT_EQ(again->progress.find_boundary("start")->tasks[0].value, 2);
  EXPECT_EQ(again->progress.find_boundary("end"), nullptr);
}

TEST_F(State, TheSwitchFreezesInjectsAndStartsAFreshOptimizer) {
  TrainState before = start_state(*config_, optimizer_, 7, true, host_device());
  train(before, 3);
  freeze_base(before, *config_, lora_);
  const double frozen = evaluate_loss(*before.model, rows(), 2).mean();
  const LoRATrainState state = transition_to_lora(std::move(before), *config_, lora_, optimizer_);

  EXPECT_EQ(state.progress.phase, 2);
  EXPECT_EQ(state.progress.step, 3);
  EXPECT_EQ(state.progress.phase_step, 0);
  EXPECT_EQ(evaluate_loss(*state.model, rows(), 2).mean(), frozen) << "B is zero";
  for (const auto& [path, value] : base_parameters(state.model->parameters())) {
    EXPECT_EQ(value.scalar_type(), at::kBFloat16) << path;
    EXPECT_FALSE(value.requires_grad()) << path;
  }
  for (const auto& [name, moment] : state.optimizer->state()) {
    EXPECT_EQ(moment.abs().sum().item<double>(), 0) << name;
  }
}

TEST_F(State, PhaseTwoLeavesTheBaseAsItIsBitForBit) {
  LoRATrainState state = transition_to_lora(
      start_state(*config_, optimizer_, 7, true, host_device()), *config_, lora_, optimizer_);
  const NamedTensors base = copies(base_parameters(state.model->parameters()));
  const double first = train(state, 1), last = train(state, 20);
  EXPECT_LT(last, first);
  expect_equal(base_parameters(state.model->parameters()), base);
}

TEST_F(State, GoesOnFromACheckpointOfEitherPhaseBitForBit) {
  for (const bool adapted : {false, true}) {
    auto state =
        std::make_unique<TrainState>(start_state(*config_, optimizer_, 7, true, host_device()));
    train(*state, 2);
    if (adapted) {
      state = std::make_unique<LoRATrainState>(
          transition_to_lora(std::move(*state), *config_, lora_, optimizer_));
      train(*state, 3);
    }
    const std::unique_ptr<TrainState> restored = through_a_checkpoint(*state);
    EXPECT_EQ(restored->adapted() != nullptr, adapted);
    EXPECT_EQ(state_to_json(restored->progress), state_to_json(state->progress));
    EXPECT_EQ(train(*restored, 4), train(*state, 4)) << "adapted: " << adapted;
    NamedTensors expected, found;
    for (const Trainable& tensor : state->trainables())
      expected.emplace_back(tensor.name, tensor.value);
    for (const Trainable& tensor : restored->trainables())
      found.emplace_back(tensor.name, tensor.value);
    expect_equal(found, expected);
    expect_equal(restored->optimizer->state(), state->optimizer->state());
    std::filesystem::remove_all(folder_);
  }
}

TEST_F(State, ACheckpointOfOtherAdaptersIsRefused) {
  const LoRATrainState state = transition_to_lora(
      start_state(*config_, optimizer_, 7, false, host_device()), *config_, of_rank(3), optimizer_);
  EXPECT_THROW(through_a_checkpoint(state), Error);
}

}  // namespace
}  // namespace twofold
