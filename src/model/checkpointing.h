#pragma once
// Activation checkpointing (Chen et al. 2016, arXiv 1604.06174): a block keeps only its input and
// is computed again in the backward pass.

#include <functional>
#include <string>
#include <vector>

#include "twofold/tensor/parameters.h"

namespace twofold {

using BlockFunction = std::function<at::Tensor(const at::Tensor&)>;

/// block(x), with gradients for x and `trained` (the tensors that the block reads and that are to
/// be trained). The block must be a pure function; it is called again in the backward pass.
at::Tensor checkpointed(BlockFunction block, const at::Tensor& x,
                        const std::vector<at::Tensor>& trained);

/// Tensors below `prefix` that require a gradient: parameters and the tensors of their attachments.
std::vector<at::Tensor> trained_tensors(const ParameterTree& tree, const std::string& prefix);

}  // namespace twofold
