#include <ATen/ATen.h>

#include <limits>
#include <numeric>

#include "infer/loaded_model.h"
#include "ops/head_loss.h"

namespace twofold {
namespace {

std::vector<float> to_vector(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.to(at::kFloat).contiguous();
  const float* data = dense.const_data_ptr<float>();
  return {data, data + dense.numel()};
}

}  // namespace

struct Scorer::Parts {
  LoadedModel loaded;
  int64_t lines = 0;  ///< scored so far
};

Scorer::Scorer(const ModelSource& source) : parts_(new Parts{.loaded = load_model(source)}) {}
Scorer::~Scorer() = default;
Scorer::Scorer(Scorer&&) noexcept = default;
Scorer& Scorer::operator=(Scorer&&) noexcept = default;

Score Scorer::score(std::span<const int64_t> ids, const std::string& where, bool logits) const {
  check_ids(ids, parts_->loaded.config(), where);
  const at::NoGradGuard no_grad;
  // A line alone is answered at once; where one follows another, converting pays.
  if (parts_->lines++ == 1) widen(parts_->loaded);
  Model& model = *parts_->loaded.model;
  const int64_t count = std::ssize(ids);
  Score result{.loss = std::numeric_limits<double>::quiet_NaN(), .logprobs = {}, .logits = {}};
  if (count == 0) return result;
  ModelInput input;
  const at::Tensor all = at::tensor(at::IntArrayRef(ids.data(), ids.size()), at::kInt);
  input.tokens = all.view({1, count});
  input.positions = at::arange(count, at::kInt).view({1, count});
  const at::Tensor hidden = model.hidden(input)[0];
  if (count > 1) {
    const at::Tensor losses =
        ops::token_losses(hidden.narrow(0, 0, count - 1), model.head(),
                              all.narrow(0, 1, count - 1), model.logit_softcap());
    result.loss = losses.mean(at::kDouble).item<double>();
    result.logprobs = to_vector(losses.neg());
  }
  if (logits) {
    result.logits = to_vector(ops::logits(hidden, model.head(), model.logit_softcap()));
  }
  return result;
}

}  // namespace twofold
