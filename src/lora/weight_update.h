#pragma once
// What the adapters of a leaf have made of its weight: ΔW.

#include <optional>
#include <vector>

#include "twofold/lora/lora.h"

namespace twofold {

/// A leaf's weight without its adapters and with them; what pissa or olora took out of the weight
/// is in both. Unpacked, in the dtype `wide`.
struct WeightUpdate {
  at::Tensor before, after;
};
WeightUpdate weight_update(const Weight& weight, at::ScalarType wide);

/// ΔW as a low-rank term, where the adapters are one and nothing more than that.
std::optional<LowRank> low_rank_update(const Weight& weight);

/// For its lifetime, the model computes with W + `scale`·ΔW wherever it has adapters. Nothing of it
/// is trained.
class AdaptersScaled {
 public:
  AdaptersScaled(ParameterTree& parameters, double scale);

 private:
  AdaptersScaled(ParameterTree& parameters, std::vector<Weight> weights);
  AdaptersOff off_;
};

}  // namespace twofold
