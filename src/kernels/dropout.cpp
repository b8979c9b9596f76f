#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "kernels/activation.h"
#include "kernels/element.h"

namespace twofold::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Which elements are dropped, as a pure function of their place in the global batch.
class Mask {
 public:
  Mask(double p, const DropoutKey& key, const at::Tensor& x)
      : stream_(key.seed, Purpose::kDropout, key.site, key.step),
        threshold_(static_cast<uint64_t>(std::llround(p * 4294967296.0))),
        first_(static_cast<uint64_t>(key.first_row) *
               (x.numel() / std::max<int64_t>(1, x.size(0)))),
        scale_(1.0 / (1.0 - p)) {}

  /// out[i] = in[i]/(1 − p) where element i is kept, else 0, for i from begin to end.
  template <typename T>
  void apply(const T* in, T* out, int64_t begin, int64_t end) const {
    using C = Compute<T>;
    const C scale = static_cast<C>(scale_);
    for (int64_t i = begin; i < end;) {
      const uint64_t number = first_ + static_cast<uint64_t>(i);
      const std::array<uint32_t, 4> words = stream_.block(number / 4);
      for (uint64_t w = number % 4; w < 4 && i < end; ++w, ++i) {
        out[i] = words[w] >= threshold_ ? static_cast<T>(static_cast<C>(in[i]) * scale) : T(0);
      }
    }
  }

 private:
  RandomStream stream_;
  uint64_t threshold_;
  uint64_t first_;
  double scale_;
};

at::Tensor masked(const at::Tensor& input, double p, const DropoutKey& key) {
  const at::Tensor x = input.contiguous();
  const at::Tensor y = at::empty_like(x);
  const Mask mask(p, key, x);
  dispatch_floating(x.scalar_type(), [&](auto tag) {
    using T = decltype(tag);
    const T* in = x.const_data_ptr<T>();
    T* out = y.mutable_data_ptr<T>();
    at::parallel_for(0, x.numel(), 4096,
                     [&](int64_t begin, int64_t end) { mask.apply(in, out, begin, end); });
  });
  return y;
}

struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, double p,
                            const DropoutKey& key) {
    ctx->saved_data["p"] = p;
    ctx->saved_data["seed"] = static_cast<int64_t>(key.seed);
    ctx->saved_data["step"] = static_cast<int64_t>(key.step);
    ctx->saved_data["site"] = static_cast<int64_t>(key.site);
    ctx->saved_data["first_row"] = key.first_row;
    return masked(x, p, key);
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto number = [&](const char* name) { return ctx->saved_data[name].toInt(); };
    const DropoutKey key{.seed = static_cast<uint64_t>(number("seed")),
                         .step = static_cast<uint64_t>(number("step")),
                         .site = static_cast<uint64_t>(number("site")),
                         .first_row = number("first_row")};
    return {masked(gradients[0], ctx->saved_data["p"].toDouble(), key), {}, {}};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key) {
  TWOFOLD_EXPECT(p >= 0 && p < 1, "a dropout rate is in [0, 1)");
  return p == 0 ? x : DropoutFunction::apply(x, p, key);
}

}  // namespace twofold::kernels
