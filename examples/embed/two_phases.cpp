// Both phases in a hand-written loop: all parameters first, then adapters on the frozen weights.
#include <twofold/train.h>

#include <cstdio>

namespace {

using namespace twofold;

/// Rows that count upwards in steps of `stride`: a text that a small model soon knows by heart.
Batch counting(int stride) {
  Batch batch(4, 16);
  for (int64_t row = 0; row < batch.rows; ++row) {
    for (int64_t t = 0; t < batch.width; ++t) {
      const auto at = static_cast<size_t>(row * batch.width + t);
      const auto token = static_cast<int32_t>((5 * row + stride * t) % 64);
      batch.tokens[at] = token;
      batch.labels[at] = (token + stride) % 64;
      batch.positions[at] = static_cast<int32_t>(t);
    }
    batch.sources[static_cast<size_t>(row)] = {.dataset = "counting", .row = row};
  }
  return batch;
}

/// Takes `steps` updates of what the state's phase trains.
void train(TrainState& state, const Batch& batch, int64_t steps, double lr) {
  const LossFunction loss = [&](const Batch& micro, double scale, int64_t first_row) {
    return batch_loss(*state.model, micro, scale, {.training = true, .first_row = first_row});
  };
  double first = 0, last = 0;
  for (int64_t i = 0; i < steps; ++i) {
    last = train_step(loss, batch, batch.rows, state.trainables(), *state.optimizer, lr,
                      ++state.progress.step)
               .loss;
    if (i == 0) first = last;
  }
  std::printf("phase %d: loss %.3f -> %.3f\n", state.progress.phase, first, last);
}

}  // namespace

int main() {
  const std::unique_ptr<ModelConfig> model = make_model_config("llama");
  config::Fields fields;
  model->declare(fields);
  config::load(fields, {.text = "architecture: {n_layers: 2, n_embd: 32, n_head: 4, block_size: "
                                "16, vocab_size: 64, intermediate_size: 64}"});
  const OptimizerConfig optimizer;

  TrainState state = start_state(*model, optimizer, /*seed=*/0, /*train_all=*/true, host_device());
  train(state, counting(1), 40, 1e-2);

  LoRATrainState adapted =
      transition_to_lora(std::move(state), *model, LoRAConfig{.rank = 4, .alpha = 8}, optimizer);
  train(adapted, counting(3), 40, 1e-2);
  std::printf("%ld parameters in adapters\n",
              static_cast<long>(count_lora_params(adapted.adapters)));

  const Batch old = counting(1);
  const double on = evaluate_loss(*adapted.model, old, old.rows).mean();
  const AdaptersOff frozen(adapted.model->parameters());
  const double off = evaluate_loss(*adapted.model, old, old.rows).mean();
  std::printf("phase 1's text: loss %.3f with the adapters, %.3f without\n", on, off);
}
