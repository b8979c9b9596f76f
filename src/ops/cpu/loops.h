#pragma once
// The loops of one level: a function pointer for each op and element type. ops/isa.h picks the
// level, once.

#include "ops/cpu/activation.h"
#include "ops/cpu/attention.h"
#include "ops/cpu/dropout.h"
#include "ops/cpu/norm.h"
#include "ops/cpu/rotary.h"
#include "ops/cpu/softmax.h"
#include "ops/cpu/update.h"

namespace twofold::ops::cpu {

struct Loops {
  ByType<ActivationLoops> activation;
  ByComputeType<AttentionLoops> attention;
  ByType<DropoutLoops> dropout;
  ByType<NormLoops> norm;
  ByType<RotaryLoops> rotary;
  ByType<SoftmaxLoops> softmax;
  UpdateLoops update;
};

// Each level's sources define loops() in their own namespace.
namespace avx2 {
Loops loops();
}
namespace avx512 {
Loops loops();
}

}  // namespace twofold::ops::cpu
