#include "model/kv_cache.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace twofold {

void KvCache::keep(const at::Tensor& rows) {
  for (Layer& layer : layers) {
    layer.k = layer.k.index_select(0, rows);
    layer.v = layer.v.index_select(0, rows);
  }
}

std::pair<at::Tensor, at::Tensor> KvCache::append(int64_t layer, const at::Tensor& k,
                                                  const at::Tensor& v) {
  const int64_t added = k.size(1);
  TWOFOLD_EXPECT(length + added <= capacity, "the key-value cache is full");
  if (std::ssize(layers) <= layer) layers.resize(static_cast<size_t>(layer) + 1);
  Layer& kept = layers[static_cast<size_t>(layer)];
  if (!kept.k.defined()) {
    kept.k = at::empty({k.size(0), capacity, k.size(2), k.size(3)}, k.options());
    kept.v = at::empty({v.size(0), capacity, v.size(2), v.size(3)}, v.options());
  }
  kept.k.narrow(1, length, added).copy_(k);
  kept.v.narrow(1, length, added).copy_(v);
  return {kept.k.narrow(1, 0, length + added), kept.v.narrow(1, 0, length + added)};
}

}  // namespace twofold
