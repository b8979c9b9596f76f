#include "ops/softmax_rows.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <vector>

#include "base/error.h"
#include "ops/backend.h"
#include "ops/element.h"
#include "ops/isa.h"
#include "tensor/memory.h"

namespace twofold::ops {

at::Tensor softmax_rows(at::Tensor& logits, const at::Tensor& labels, double scale, bool gradient) {
  if (use_reference(logits)) return reference::softmax_rows(logits, labels, scale, gradient);
  const int64_t vocabulary = logits.size(1);
  at::Tensor losses = at::empty({logits.size(0)}, logits.options().dtype(at::kDouble));
  double* out = mutable_elements<double>(losses);
  const int64_t* label = elements<int64_t>(labels);
  dispatch_floating(logits.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    using C = cpu::Compute<T>;
    T* data = mutable_elements<T>(logits);
    const auto softmax_row = loops().softmax.of<T>().row;
    at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
      std::vector<C> wide(static_cast<size_t>(vocabulary));
      for (int64_t row = begin; row < end; ++row) {
        TWOFOLD_EXPECT(label[row] < vocabulary, "head_loss: labels are below the vocabulary");
        out[row] = softmax_row(data + row * vocabulary, vocabulary, label[row],
                               static_cast<C>(scale), gradient, wide.data());
      }
    });
  });
  return losses;
}

}  // namespace twofold::ops
