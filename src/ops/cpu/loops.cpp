#include "ops/cpu/loops.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {

Loops loops() {
  return {.activation = activation_loops(),
          .attention = attention_loops(),
          .dropout = dropout_loops(),
          .norm = norm_loops(),
          .rotary = rotary_loops(),
          .softmax = softmax_loops(),
          .update = update_loops()};
}

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
