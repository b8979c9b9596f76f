#pragma once
// Keys and values of the positions already seen, so that generating a token costs one position.

#include <utility>
#include <vector>

#include "twofold/tensor/weight.h"

namespace twofold {

struct KvCache {
  struct Layer {
    at::Tensor k;  ///< (B, capacity, K, d); rotary applied
    at::Tensor v;
  };
  std::vector<Layer> layers;  ///< made by the first forward pass
  int64_t length = 0;         ///< positions filled
  int64_t capacity = 0;       ///< positions there is room for

  /// Drops all rows of the batch but these (indices, int64, ascending).
  void keep(const at::Tensor& rows);

  /// Writes k and v (B, T, K, d) at positions length … length + T − 1 of `layer` and returns all of
  /// that layer's keys and values up to there. `length` stays: it advances only when the whole
  /// model has run.
  std::pair<at::Tensor, at::Tensor> append(int64_t layer, const at::Tensor& k, const at::Tensor& v);
};

}  // namespace twofold
