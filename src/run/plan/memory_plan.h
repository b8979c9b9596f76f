#pragma once
// How much memory and arithmetic a step takes, from the shapes of the parameters alone.

#include <functional>

#include "run/plan/run_plan.h"

namespace twofold {

/// Bytes that training `trained` needs with `micro_rows` sequences per forward pass.
MemoryPlan plan_memory(const ModelConfig& config, const Model& model, Trained trained,
                       const AdapterPlan& adapters, int64_t micro_rows);

/// Floating-point operations per token, forward and backward: 6 for each trained weight, 4 for each
/// frozen one, plus those of attention.
double flops_per_token(const ModelConfig& config, const Model& model, Trained trained,
                       const AdapterPlan& adapters);

/// The most rows (at most `batch_size`) whose plan fits the machine's memory; at least 1. Depends
/// on how much memory the machine has, not on how much is free, so that the result is always the
/// same on the same machine.
int64_t largest_micro_batch(int64_t batch_size,
                            const std::function<std::vector<MemoryPlan>(int64_t)>& memory_at);

/// Throws an Error if what a phase must hold whatever its batches (gradients, half of the moments
/// and, unless they are frozen, the weights) exceeds the machine's memory and swap together.
void require_memory(const RunPlan& plan);

}  // namespace twofold
