#pragma once
// How much memory and arithmetic a step takes, from the shapes of the parameters alone.

#include <functional>

#include "run/plan/run_plan.h"

namespace twofold {

/// Bytes of training `trained` with `micro_rows` sequences a forward pass.
MemoryPlan plan_memory(const ModelConfig& config, const Model& model, Trained trained,
                       const AdapterPlan& adapters, int64_t micro_rows);

/// Floating-point operations a token takes, forward and backward: 6 a weight that is trained, 4 a
/// frozen one, plus attention's.
double flops_per_token(const ModelConfig& config, const Model& model, Trained trained,
                       const AdapterPlan& adapters);

/// The most rows (at most `batch_size`) whose plan fits the machine's memory; at least 1. Depends
/// on how much memory there is, not on how much is free: the same machine chooses the same.
int64_t largest_micro_batch(int64_t batch_size,
                            const std::function<std::vector<MemoryPlan>(int64_t)>& memory_at);

/// Throws an Error if a phase has more to hold at once than there is memory and swap, whatever the
/// batches are.
void require_memory(const RunPlan& plan);

}  // namespace twofold
