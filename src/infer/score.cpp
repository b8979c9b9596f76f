#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "infer/loaded_model.h"
#include "twofold/tensor/host.h"

namespace twofold {

namespace {

void require_finite(double loss, const std::string& where) {
  if (std::isfinite(loss)) return;
  fail(
      {.what = "what the model makes of these ids is not finite",
       .where = where,
       .expected = "a finite loss",
       .found = std::isnan(loss) ? "NaN" : "inf",
       .hint = "its weights are finite but too large to be computed with: see how it was trained"});
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
  const at::Tensor all = tensor_of(ids, {count}, model.parameters().device()).to(at::kInt);
  input.tokens = all.view({1, count});
  input.positions = at::arange(count, all.options()).view({1, count});
  const at::Tensor hidden = model.hidden(input)[0];
  if (count > 1) {
    const at::Tensor losses =
        model.token_losses(hidden.narrow(0, 0, count - 1), all.narrow(0, 1, count - 1));
    result.loss = number_of(losses.mean(at::kDouble));
    require_finite(result.loss, where);
    result.logprobs = values_of<float>(losses.neg());
  }
  if (logits) {
    result.logits = values_of<float>(model.logits(hidden));
  }
  return result;
}

}  // namespace twofold
