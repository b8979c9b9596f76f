#pragma once
// A low-rank term on a weight, for tests below the layer of adapters.

#include <memory>
#include <utility>
#include <vector>

#include "ops/linear.h"
#include "twofold/ops/attachment.h"

namespace twofold::test {

class TestTerm final : public Attachment {
 public:
  explicit TestTerm(LowRank term) : term_(std::move(term)) {}
  at::Tensor product(const ops::Adapted& below, const at::Tensor& x, const at::Tensor& bias,
                     const ops::ForwardPass&) const override {
    return ops::linear(x, below.weight(), bias, term_);
  }
  std::vector<at::Tensor> trained() const override { return {term_.A, term_.B}; }

 private:
  LowRank term_;
};

inline void attach(Weight& weight, const LowRank& term) {
  weight.attachments.push_back(std::make_shared<TestTerm>(term));
}

}  // namespace twofold::test
