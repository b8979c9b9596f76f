#include "run/plan/memory_plan.h"

#include <fmt/format.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "tensor/dtype.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

constexpr double kFloat = 4;
/// Logits of one chunk of the head, their gradient in place, and the hidden states' gradient.
constexpr double kHeadChunkBytes = 64 << 20;

bool in_block(const Parameter& parameter) { return parameter.path.rfind("blocks/", 0) == 0; }

/// Elements that one token leaves behind in all blocks for the backward pass: what goes into and
/// comes out of every product, and the residual stream around the norms.
double activation_elements(const ModelConfig& config, const Model& model) {
  double elements = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    if (!in_block(parameter)) continue;
    if (parameter.is_matrix()) {
      elements += static_cast<double>(parameter.shape[0] + parameter.shape[1]);
    }
  }
  const auto layers = static_cast<double>(config.n_layers);
  const auto embd = static_cast<double>(config.n_embd);
  elements += layers * 4 * embd;
  return config.checkpointing ? elements / layers + layers * embd : elements;
}

int64_t product_weights(const Model& model) {
  int64_t weights = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    if (parameter.is_matrix() && in_block(parameter)) weights += parameter.count();
  }
  return weights;
}

}  // namespace

MemoryPlan plan_memory(const ModelConfig& config, const Model& model, Trained trained,
                       const AdapterPlan& adapters, int64_t micro_rows) {
  const bool all = trained == Trained::kAllParameters;
  const auto parameters = static_cast<double>(model.parameters().count());
  const double moving = all ? parameters : static_cast<double>(adapters.parameters);
  MemoryPlan plan;
  plan.weights = all ? parameters * kFloat
                     : static_cast<double>(adapters.frozen_bytes) +
                           (moving + static_cast<double>(adapters.start_parameters)) * kFloat;
  plan.gradients = moving * kFloat;
  plan.moments = 2 * moving * kFloat;
  const auto width =
      static_cast<double>(formats::size_of(file_dtype(scalar_type(config.activation_dtype))));
  const double elements =
      activation_elements(config, model) + (all ? 0 : static_cast<double>(adapters.activations));
  const double tokens = static_cast<double>(micro_rows) * static_cast<double>(config.block_size);
  plan.activations = tokens * elements * width;
  plan.head = kHeadChunkBytes + 2 * tokens * static_cast<double>(config.n_embd) * kFloat;
  return plan;
}

double flops_per_token(const ModelConfig& config, const Model& model, Trained trained,
                       const AdapterPlan& adapters) {
  const auto embd = static_cast<double>(config.n_embd);
  const double head = static_cast<double>(config.vocab_size) * embd;
  const double weights = static_cast<double>(product_weights(model)) + head;
  // Scores and weighted sum, forward (2 products) and backward (5), over half the keys on average.
  const double attention =
      7.0 * static_cast<double>(config.n_layers) * embd * static_cast<double>(config.block_size);
  const bool all = trained == Trained::kAllParameters;
  const double added = all ? 2.0 * weights : 6.0 * static_cast<double>(adapters.parameters);
  return 4.0 * weights + added + attention;
}

int64_t largest_micro_batch(int64_t batch_size,
                            const std::function<std::vector<MemoryPlan>(int64_t)>& memory_at) {
  const double budget = 0.6 * static_cast<double>(machine_memory_bytes());
  const auto fits = [&](int64_t rows) {
    const auto plans = memory_at(rows);
    return std::all_of(plans.begin(), plans.end(),
                       [&](const MemoryPlan& plan) { return plan.total() <= budget; });
  };
  int64_t fitting = 1, most = batch_size;  // what a row takes is the same for each: bisected
  while (fitting < most) {
    const int64_t rows = most - (most - fitting) / 2;
    if (fits(rows)) {
      fitting = rows;
    } else {
      most = rows - 1;
    }
  }
  return fitting;
}

namespace {

/// What is certain of a plan: frozen weights may be mapped from their file, and Muon has one moment
/// where Adam has two.
double least_bytes(const MemoryPlan& memory, const Phase& phase) {
  return (phase.trains_adapters() ? 0 : memory.weights) + memory.gradients + memory.moments / 2;
}

double swap_bytes() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0) return 0;
  return static_cast<double>(info.totalswap) * static_cast<double>(info.mem_unit);
}

/// What takes the memory of a phase, and what would take less.
std::pair<std::string, std::string> memory_advice(const Phase& phase) {
  if (phase.control) {
    return {"continual/control",
            "a control that trains everything needs a smaller model; adapters need less: none"};
  }
  if (phase.trains_adapters()) {
    return {"optimization/lora", "lower optimization/lora/rank, or name fewer target_modules"};
  }
  return {"architecture", "lower architecture/n_embd, n_layers or vocab_size"};
}

}  // namespace

void require_memory(const RunPlan& plan) {
  const double most = static_cast<double>(machine_memory_bytes()) + swap_bytes();
  for (size_t i = 0; i < plan.phases.size(); ++i) {
    const Phase& phase = plan.phases[i].phase;
    const double least = least_bytes(plan.memory[i], phase);
    if (least <= most) continue;
    const auto [where, hint] = memory_advice(phase);
    fail({.what = fmt::format("not enough memory for what phase {} trains", phase.number),
          .where = where,
          .expected = "at most " + human_bytes(most) + ", as this machine has",
          .found = "at least " + human_bytes(least) + " of weights, gradients and moments",
          .hint = hint});
  }
}

}  // namespace twofold
