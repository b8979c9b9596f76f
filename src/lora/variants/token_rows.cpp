// The rows of some tokens in a table, trained while the others stay frozen.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "lora/select/target.h"
#include "lora/update_check.h"
#include "lora/variants/registry.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr const char* kRows = "rows";
constexpr const char* kEmbedding = "wte";

/// y with the rows of some tokens in the place of its own. Which places those are is never asked
/// for: a device would have to be waited for.
struct ReplaceRows : torch::autograd::Function<ReplaceRows> {
  // ids (N); y (N, D), wide; rows (n, D) of the tokens `tokens` (n), of a vocabulary this large.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& y, const at::Tensor& rows,
                            const at::Tensor& ids, const at::Tensor& tokens, int64_t vocabulary) {
    const int64_t count = rows.size(0);
    at::Tensor row_of = at::full({vocabulary}, count, tokens.options());  // count: has none
    row_of.index_copy_(0, tokens, at::arange(count, tokens.options()));
    const at::Tensor which = row_of.index_select(0, ids);
    context->save_for_backward({rows, which});
    const at::Tensor own = rows.index_select(0, which.clamp_max(count - 1));
    return at::where(which.lt(count).unsqueeze(1), own.to(y.scalar_type()), y);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &rows = saved[0], &which = saved[1];
    const at::Tensor& dy = gradients[0];
    const int64_t count = rows.size(0);
    at::Tensor drows;
    if (context->needs_input_grad(1)) {
      drows = at::embedding_dense_backward(dy, which, count + 1, /*padding_idx=*/count, false)
                  .narrow(0, 0, count)
                  .to(rows.scalar_type());
    }
    // Neither the table nor what else is attached to it had a part in them.
    return {dy.masked_fill(which.lt(count).unsqueeze(1), 0), drows, {}, {}, {}};
  }
};

/// The logits of a head whose rows at `tokens` are others.
class RowsLogits final : public ops::LogitsPath {
 public:
  RowsLogits(std::unique_ptr<ops::LogitsPath> below, const at::Tensor& rows,
             const at::Tensor& tokens, at::ScalarType type)
      : below_(std::move(below)),
        input_(rows),
        rows_(rows.detach().to(type)),
        tokens_(tokens),
        drows_(ops::gradient_sum(rows)) {}
  std::vector<at::Tensor> inputs() const override { return with(below_->inputs(), input_); }
  at::Tensor forward(const at::Tensor& hidden, int64_t first) override {
    at::Tensor logits = below_->forward(hidden, first);
    return logits.index_copy_(1, tokens_, at::mm(hidden, rows_.t()));
  }
  at::Tensor backward(at::Tensor& dlogits, const at::Tensor& hidden, int64_t first) override {
    const at::Tensor own = extract_columns(dlogits);
    ops::add_product(drows_, own.t(), hidden);
    return below_->backward(dlogits, hidden, first).addmm_(own, rows_);
  }
  std::vector<at::Tensor> gradients() const override { return with(below_->gradients(), drows_); }

 private:
  static std::vector<at::Tensor> with(std::vector<at::Tensor> list, const at::Tensor& tensor) {
    list.push_back(tensor);
    return list;
  }
  /// Takes the tokens' columns out of the gradient; what is left is the weight's below.
  at::Tensor extract_columns(at::Tensor& dlogits) const {
    const at::Tensor columns = dlogits.index_select(1, tokens_);
    dlogits.index_fill_(1, tokens_, 0);
    return columns;
  }

  std::unique_ptr<ops::LogitsPath> below_;
  at::Tensor input_, rows_, tokens_, drows_;
};

class TokenRows final : public Adapter {
 public:
  TokenRows(const Variant& variant, const Site& site, AdapterTensors tensors)
      : Adapter(variant, site, std::move(tensors)),
        tokens_(tensor_of(site.config().trained_tokens.at(path()), rows().device())) {}

  at::Tensor rows() const { return tensor(kRows); }
  const at::Tensor& tokens() const { return tokens_; }

  at::Tensor lookup(const ops::Adapted& below, const at::Tensor& ids,
                    at::ScalarType wide) const override {
    const at::Tensor y = below.lookup(ids, wide);
    return ReplaceRows::apply(y.flatten(0, -2), rows(), ids.reshape({-1}).to(at::kLong), tokens_,
                              below.weight().value.size(0))
        .view(y.sizes());
  }
  std::unique_ptr<ops::LogitsPath> training_logits(const ops::Adapted& below,
                                                   const ops::HeadStates& states,
                                                   const ops::ForwardPass& pass) const override {
    return std::make_unique<RowsLogits>(below.training_logits(states, pass), rows(), tokens_,
                                        ops::training_type(states.all));
  }
  std::unique_ptr<ops::LogitsPath> evaluation_logits(const ops::Adapted& below,
                                                     at::ScalarType type) const override {
    return std::make_unique<RowsLogits>(below.evaluation_logits(type), rows(), tokens_, type);
  }
  at::Tensor merged(const at::Tensor& value) const override {
    return value.index_copy(0, tokens_, rows().detach().to(value.scalar_type()));
  }
  /// A head's rows take part in every softmax, whichever tokens occur; an embedding's do not.
  bool may_stay_unchanged(const std::vector<std::shared_ptr<Adapter>>& all) const override {
    return path() == kEmbedding && std::any_of(all.begin(), all.end(), [](const auto& adapter) {
             return is_head(adapter->path());
           });
  }
  std::string beyond_low_rank() const override { return "rows of a table that were trained apart"; }

 private:
  at::Tensor tokens_;
};

class TokenRowsVariant final : public Variant {
 public:
  std::string name() const override { return "rows of tables"; }
  bool trains(const Site& site) const override {
    return !site.selected.saved && site.config().trained_tokens.contains(site.path());
  }
  std::vector<TensorSpec> tensors(const Site& site) const override {
    const auto count = std::ssize(site.config().trained_tokens.at(site.path()));
    return {{kRows, {count, site.leaf().shape.back()}}};
  }
  AdapterTensors fresh(const Site& site, Parameter& leaf, Injection&) const override {
    const at::Tensor value = leaf.weight.value.detach();
    const at::Tensor tokens = tensor_of(site.config().trained_tokens.at(leaf.path), value.device());
    return {{kRows, value.index_select(0, tokens).to(at::kFloat)}};
  }
  std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const override {
    return std::make_shared<TokenRows>(*this, site, std::move(tensors));
  }
};

}  // namespace

const Variant& token_rows_variant() {
  static const TokenRowsVariant kVariant;
  return kVariant;
}

std::vector<int64_t> unused_tokens(const ParameterTree& parameters) {
  const Parameter* table = parameters.find(kEmbedding);
  if (!table) return {};
  const at::NoGradGuard no_grad;
  std::vector<int64_t> unused;
  for (const auto& attachment : table->weight.attachments) {
    const auto* trained = dynamic_cast<const TokenRows*>(attachment.get());
    if (!trained) continue;
    const at::Tensor frozen =
        table->weight.value.index_select(0, trained->tokens()).to(trained->rows().scalar_type());
    const at::Tensor still = trained->tokens().masked_select(trained->rows().eq(frozen).all(1));
    for (const int64_t id : values_of<int64_t>(still)) unused.push_back(id);
  }
  return unused;
}

}  // namespace twofold
