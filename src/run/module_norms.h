#pragma once
// The size of gradients by module, for the logs of a run.

#include <string>
#include <utility>
#include <vector>

#include "twofold/optim/gradients.h"

namespace twofold {

/// L2 norm of the gradients of each module's tensors, in the order of the tensors. `squares`: of
/// each tensor, the sum of its gradient's squares.
std::vector<std::pair<std::string, double>> module_grad_norms(const std::vector<Trainable>& tensors,
                                                              const std::vector<double>& squares);

}  // namespace twofold
