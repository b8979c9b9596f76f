// The paths from hidden states to logits (LogitsPath): a plain product, one with a low-rank term,
// one with scaled columns.

#include <ATen/ATen.h>

#include "ops/element.h"
#include "twofold/ops/head_loss.h"

namespace twofold::ops {

at::Tensor gradient_sum(const at::Tensor& input) {
  if (!at::GradMode::is_enabled() || !input.defined() || !input.requires_grad()) return {};
  return at::zeros(input.sizes(),
                   input.options().dtype(compute_dtype(input.scalar_type())).requires_grad(false));
}

void add_product(at::Tensor& sum, const at::Tensor& a, const at::Tensor& b, double scale) {
  if (!sum.defined()) return;
  if (sum.scalar_type() == a.scalar_type()) {
    sum.addmm_(a, b, 1, scale);
  } else {
    sum.add_(at::mm(a, b), scale);
  }
}

at::Tensor project_down(const at::Tensor& input, const LowRank& term, at::ScalarType type) {
  return at::mm(input.to(type), term.B.to(type).t());
}

namespace {

std::vector<at::Tensor> appended(std::vector<at::Tensor> list, std::vector<at::Tensor> more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

class PlainLogits final : public LogitsPath {
 public:
  PlainLogits(const at::Tensor& W, at::ScalarType type)
      : W_(W), weight_(W.detach().to(type)), dW_(gradient_sum(W)) {}
  std::vector<at::Tensor> inputs() const override { return {W_}; }
  at::Tensor forward(const at::Tensor& hidden, int64_t) override {
    return at::mm(hidden, weight_.t());
  }
  at::Tensor backward(at::Tensor& dlogits, const at::Tensor& hidden, int64_t) override {
    add_product(dW_, dlogits.t(), hidden);
    return at::mm(dlogits, weight_);
  }
  std::vector<at::Tensor> gradients() const override {
    return {dW_.defined() ? dW_.to(W_.scalar_type()) : dW_};
  }

 private:
  at::Tensor W_, weight_, dW_;
};

class LowRankLogits final : public LogitsPath {
 public:
  LowRankLogits(std::unique_ptr<LogitsPath> below, const LowRank& term, const at::Tensor& u,
                at::ScalarType type)
      : below_(std::move(below)),
        term_(term),
        u_(u),
        A_(term.A.detach().to(type)),
        dA_(u.defined() ? gradient_sum(term.A) : at::Tensor()),
        du_(u.defined() && u.requires_grad() ? at::empty_like(u.detach()) : at::Tensor()),
        type_(type) {}
  std::vector<at::Tensor> inputs() const override {
    return u_.defined() ? appended(below_->inputs(), {term_.A, u_}) : below_->inputs();
  }
  at::Tensor forward(const at::Tensor& hidden, int64_t first) override {
    at::Tensor logits = below_->forward(hidden, first);
    const at::Tensor u =
        u_.defined() ? u_.narrow(0, first, hidden.size(0)) : project_down(hidden, term_, type_);
    return logits.addmm_(u, A_.t(), 1, term_.scale);
  }
  at::Tensor backward(at::Tensor& dlogits, const at::Tensor& hidden, int64_t first) override {
    const int64_t count = hidden.size(0);
    if (du_.defined()) {
      du_.narrow(0, first, count).copy_(at::mm(dlogits, A_).mul_(term_.scale));
    }
    if (dA_.defined()) {
      add_product(dA_, dlogits.t(), u_.detach().narrow(0, first, count), term_.scale);
    }
    return below_->backward(dlogits, hidden, first);
  }
  std::vector<at::Tensor> gradients() const override {
    return appended(below_->gradients(), {dA_, du_});
  }

 private:
  std::unique_ptr<LogitsPath> below_;
  LowRank term_;
  at::Tensor u_, A_, dA_, du_;
  at::ScalarType type_;
};

class ScaledLogits final : public LogitsPath {
 public:
  ScaledLogits(std::unique_ptr<LogitsPath> below, const at::Tensor& factor)
      : below_(std::move(below)), factor_(factor), dfactor_(gradient_sum(factor)) {}
  std::vector<at::Tensor> inputs() const override { return appended(below_->inputs(), {factor_}); }
  at::Tensor forward(const at::Tensor& hidden, int64_t first) override {
    at::Tensor logits = below_->forward(hidden, first);
    if (dfactor_.defined()) unscaled_ = logits.clone();
    return logits.mul_(factor_.detach());
  }
  at::Tensor backward(at::Tensor& dlogits, const at::Tensor& hidden, int64_t first) override {
    if (dfactor_.defined()) {
      dfactor_.add_(unscaled_.mul_(dlogits).sum(0, /*keepdim=*/false, dfactor_.scalar_type()));
    }
    dlogits.mul_(factor_.detach());
    return below_->backward(dlogits, hidden, first);
  }
  std::vector<at::Tensor> gradients() const override {
    return appended(below_->gradients(), {dfactor_});
  }

 private:
  std::unique_ptr<LogitsPath> below_;
  at::Tensor factor_, dfactor_, unscaled_;
};

}  // namespace

std::unique_ptr<LogitsPath> plain_logits(const at::Tensor& W, at::ScalarType type) {
  return std::make_unique<PlainLogits>(W, type);
}

std::unique_ptr<LogitsPath> low_rank_logits(std::unique_ptr<LogitsPath> below, const LowRank& term,
                                            const at::Tensor& u, at::ScalarType type) {
  return std::make_unique<LowRankLogits>(std::move(below), term, u, type);
}

std::unique_ptr<LogitsPath> scaled_logits(std::unique_ptr<LogitsPath> below,
                                          const at::Tensor& factor) {
  return std::make_unique<ScaledLogits>(std::move(below), factor);
}

}  // namespace twofold::ops
