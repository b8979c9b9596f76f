#pragma once
// The dropout mask of dropout.h: in the form that the loops take, and saved in autograd's context
// from the forward to the backward pass.

#include "ops/cpu/dropout.h"
#include "twofold/ops/dropout.h"

namespace torch::autograd {
struct AutogradContext;
}

namespace twofold::ops {

cpu::DropoutMask dropout_mask(double p, const DropoutKey& key);

void save_dropout(torch::autograd::AutogradContext* ctx, double p, const DropoutKey& key);
struct SavedDropout {
  double p;
  DropoutKey key;
};
SavedDropout saved_dropout(torch::autograd::AutogradContext* ctx);

}  // namespace twofold::ops
