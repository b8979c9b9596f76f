#pragma once
// Keys and values of the positions already seen, so that generating a token costs one position.

#include <vector>

#include "tensor/weight.h"

namespace twofold {

struct KvCache {
  struct Layer {
    at::Tensor k;  ///< (B, capacity, K, d); rotary applied
    at::Tensor v;
  };
  std::vector<Layer> layers;
  int64_t length = 0;    ///< positions filled
  int64_t capacity = 0;  ///< positions there is room for
};

}  // namespace twofold
