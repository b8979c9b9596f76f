#include "job/memory_plan.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "tensor/dtype.h"

namespace twofold {
namespace {

constexpr int64_t kFloat = 4;
/// Logits of one chunk of the head, their gradient in place, and the hidden states' gradient.
constexpr int64_t kHeadChunkBytes = 64 << 20;

bool in_block(const Parameter& parameter) { return parameter.path.rfind("blocks/", 0) == 0; }

/// Elements that one token leaves behind in all blocks for the backward pass: what goes into and
/// comes out of every product, and the residual stream around the norms.
int64_t activation_elements(const ModelConfig& config, const Model& model) {
  int64_t elements = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    if (!in_block(parameter)) continue;
    if (parameter.is_matrix()) elements += parameter.shape[0] + parameter.shape[1];
  }
  elements += config.n_layers * 4 * config.n_embd;
  return config.checkpointing ? elements / config.n_layers + config.n_layers * config.n_embd
                              : elements;
}

int64_t product_weights(const Model& model) {
  int64_t weights = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    if (parameter.is_matrix() && in_block(parameter)) weights += parameter.count();
  }
  return weights;
}

}  // namespace

MemoryPlan plan_memory(const ModelConfig& config, const Model& model, int phase,
                       const AdapterPlan& adapters, int64_t micro_rows) {
  const int64_t parameters = model.parameters().count();
  const int64_t trained = phase == 1 ? parameters : adapters.parameters;
  MemoryPlan plan;
  plan.weights = phase == 1
                     ? parameters * kFloat
                     : adapters.frozen_bytes + (trained + adapters.start_parameters) * kFloat;
  plan.gradients = trained * kFloat;
  plan.moments = 2 * trained * kFloat;
  const int64_t width =
      static_cast<int64_t>(formats::size_of(file_dtype(scalar_type(config.activation_dtype))));
  const int64_t elements =
      activation_elements(config, model) + (phase == 2 ? adapters.activations : 0);
  plan.activations = micro_rows * config.block_size * elements * width;
  plan.head = kHeadChunkBytes + 2 * micro_rows * config.block_size * config.n_embd * kFloat;
  return plan;
}

double flops_per_token(const ModelConfig& config, const Model& model, int phase,
                       const AdapterPlan& adapters) {
  const double head = static_cast<double>(config.vocab_size * config.n_embd);
  const double weights = static_cast<double>(product_weights(model)) + head;
  // Scores and weighted sum, forward (2 products) and backward (5), over half the keys on average.
  const double attention =
      7.0 * static_cast<double>(config.n_layers * config.n_embd * config.block_size);
  const double trained = phase == 1 ? weights : 0.0;
  return 4.0 * weights + 2.0 * trained +
         6.0 * static_cast<double>(adapters.parameters) * (phase == 2) + attention;
}

int64_t largest_micro_batch(int64_t batch_size,
                            const std::function<std::vector<MemoryPlan>(int64_t)>& memory_at) {
  const double budget = 0.6 * static_cast<double>(machine_memory_bytes());
  for (int64_t rows = batch_size; rows > 1; --rows) {
    const auto plans = memory_at(rows);
    const bool fits = std::all_of(plans.begin(), plans.end(), [&](const MemoryPlan& plan) {
      return static_cast<double>(plan.total()) <= budget;
    });
    if (fits) return rows;
  }
  return 1;
}

int64_t machine_memory_bytes() {
  const int64_t physical = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE);
  std::ifstream limit("/sys/fs/cgroup/memory.max");
  int64_t confined = 0;
  return limit >> confined ? std::min(physical, confined) : physical;
}

}  // namespace twofold
