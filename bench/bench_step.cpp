// Times one optimizer step of twofold, train_step as `twofold run` calls it but without
// prefetching, dropout and observers, at the sizes and precisions of the peer drivers, and prints
// one JSON line like theirs.
//
//   bench_step --size M --mode lora --prec fp32 --steps 5 --warmup 2

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "model/families/registry.h"
#include "run/state.h"
#include "tensor/machine.h"
#include "tensor/process.h"
#include "twofold/model/loss.h"
#include "twofold/train/step.h"

namespace twofold {
namespace {

struct Size {
  int64_t layers, width, heads, block, rows;
};

struct Options {
  std::string size = "S", mode = "full", precision = "fp32";
  int steps = 5, warmup = 2, threads = 0;
  double max_seconds = 60;  ///< no new step after this, once one was timed
};

std::unique_ptr<ModelConfig> gpt2(const Size& size, const std::string& precision) {
  auto model = make_model_config("gpt");
  config::Fields fields;
  model->declare(fields);
  config::load(fields, {.overrides = {fmt::format("architecture.n_layers={}", size.layers),
                                      fmt::format("architecture.n_embd={}", size.width),
                                      fmt::format("architecture.n_head={}", size.heads),
                                      fmt::format("architecture.block_size={}", size.block),
                                      "architecture.vocab_size=50304", "architecture.rope=false",
                                      fmt::format("architecture.dtype.activation={}",
                                                  precision == "fp32" ? "float32" : "bfloat16")}});
  return model;
}

Batch random_batch(const Size& size, int64_t step) {
  const RandomStream stream(7, Purpose::kTest, 0, static_cast<uint64_t>(step));
  Batch batch(size.rows, size.block);
  for (int64_t row = 0; row < size.rows; ++row) {
    const auto id = [&](int64_t t) {
      return static_cast<int32_t>(stream.bits(static_cast<uint64_t>(row * (size.block + 1) + t)) %
                                  50304);
    };
    for (int64_t t = 0; t < size.block; ++t) {
      const auto at = static_cast<size_t>(row * size.block + t);
      batch.tokens[at] = id(t);
      batch.labels[at] = id(t + 1);
      batch.positions[at] = static_cast<int32_t>(t);
    }
    batch.sources[static_cast<size_t>(row)] = {"random", row, step};
  }
  return batch;
}

/// The model before its first step, with adapters where they are what is timed.
std::unique_ptr<TrainState> start(const ModelConfig& model, const Options& options) {
  const OptimizerConfig optimizer;
  const bool lora = options.mode == "lora";
  TrainState state = start_state(model, optimizer, 1337, /*train_all=*/!lora, host_device());
  if (!lora) return std::make_unique<TrainState>(std::move(state));
  LoRAConfig config;
  config.alpha = 32;
  config.base_dtype = options.precision == "fp32" ? "float32" : "bfloat16";
  return std::make_unique<LoRATrainState>(
      transition_to_lora(std::move(state), model, config, optimizer));
}

struct Timing {
  std::vector<double> seconds;  ///< of each step after the warm-up, in ascending order
  double first_step = 0, first_loss = 0, last_loss = 0;
};

Timing time_steps(const TrainState& state, const Size& size, const Options& options) {
  const auto tensors = state.trainables();
  const LossFunction loss_of = [&](const Batch& micro, double scale, int64_t) {
    return batch_loss(*state.model, micro, scale, {.training = true});
  };
  Timing out;
  for (int step = 0; step < options.warmup + options.steps; ++step) {
    const Batch batch = random_batch(size, step);
    if (step == 0) out.first_step = seconds_since_exec();
    if (!out.seconds.empty() && seconds_since_exec() - out.first_step > options.max_seconds) break;
    const auto begin = std::chrono::steady_clock::now();
    out.last_loss =
        train_step(loss_of, batch, size.rows, tensors, *state.optimizer, 1e-4, step + 1).loss;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (step == 0) out.first_loss = out.last_loss;
    if (step >= options.warmup) out.seconds.push_back(took.count());
  }
  std::sort(out.seconds.begin(), out.seconds.end());
  return out;
}

void bench(const Options& options) {
  configure_allocator();
  set_threads(options.threads);
  const Size size = options.size == "S" ? Size{6, 384, 6, 256, 8} : Size{12, 768, 12, 512, 4};
  const auto model = gpt2(size, options.precision);
  const auto state = start(*model, options);
  const Timing timing = time_steps(*state, size, options);
  const double median = timing.seconds[timing.seconds.size() / 2];
  const nlohmann::ordered_json line = {
      {"peer", "twofold"},
      {"size", options.size},
      {"mode", options.mode},
      {"prec", options.precision},
      {"step_ms", 1e3 * median},
      {"step_ms_min", 1e3 * timing.seconds.front()},
      {"tok_s", static_cast<double>(size.rows * size.block) / median},
      {"peak_rss_mib", peak_rss_bytes() >> 20},
      {"first_step_s", timing.first_step},
      {"loss_first", timing.first_loss},
      {"loss_last", timing.last_loss}};
  fmt::print("{}\n", line.dump());
}

}  // namespace
}  // namespace twofold

int main(int argc, char** argv) {
  twofold::Options options;
  CLI::App app{"one optimizer step of twofold"};
  app.add_option("--size", options.size)->check(CLI::IsMember({"S", "M"}));
  app.add_option("--mode", options.mode)->check(CLI::IsMember({"full", "lora"}));
  app.add_option("--prec", options.precision)->check(CLI::IsMember({"fp32", "bf16"}));
  app.add_option("--steps", options.steps);
  app.add_option("--warmup", options.warmup);
  app.add_option("--max-s", options.max_seconds);
  app.add_option("--threads", options.threads);
  CLI11_PARSE(app, argc, argv);
  twofold::bench(options);
}
