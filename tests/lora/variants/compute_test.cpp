// What the variants compute with, beside formulas written down in full: values, gradients, dropout.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/random.h"
#include "lora/toy.h"

namespace twofold {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

constexpr double kRate = 0.4;
const ops::ForwardPass kTraining{.training = true,
                                 .key = {.seed = 1, .step = 2, .site = 0, .first_row = 3}};

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

/// One leaf with everything on it that `apply` asks for, its adapters moved from where they start.
struct Leaf {
  ParameterTree tree;
  LoRAParams adapters;
  std::string path;

  Leaf(const std::string& at, std::vector<int64_t> shape, void (*apply)(LoRAConfig&)) : path(at) {
    toy::declare(tree, path, std::move(shape));
    tree.initialize(7, at::kFloat);
    LoRAConfig config = toy::lora({path}, 2);
    apply(config);
    adapters = inject_lora_params(tree, config, 1);
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : named_adapters(adapters)) {
      tensor.add_(at::arange(tensor.numel(), at::kFloat).sin().view(tensor.sizes()), 0.3);
    }
  }
  const Weight& weight() const { return tree.find(path)->weight; }
  at::Tensor operator[](const char* name) const { return toy::named(adapters, path + "/" + name); }
  at::Tensor sum() const {
    return weight().value + at::matmul((*this)["lora_A"], (*this)["lora_B"]) * 2;
  }
};

at::Tensor inputs(std::vector<int64_t> shape) {
  int64_t count = 1;
  for (const int64_t n : shape) count *= n;
  return at::arange(count, at::kFloat).mul(0.7).sin().view(shape);
}

at::Tensor dropped(const Leaf& leaf, const at::Tensor& x) {
  ops::DropoutKey key = kTraining.key;
  key.site = hash64(leaf.path);
  return ops::dropout(x, kRate, key);
}

void expect_gradients(const Leaf& leaf, const at::Tensor& ours, const at::Tensor& formula) {
  std::vector<at::Tensor> trained;
  for (const auto& [name, tensor] : named_adapters(leaf.adapters)) trained.push_back(tensor);
  const at::Tensor direction = inputs(ours.sizes().vec());
  const auto one = torch::autograd::grad({ours}, trained, {direction});
  const auto other = torch::autograd::grad({formula}, trained, {direction});
  for (size_t i = 0; i < one.size(); ++i) EXPECT_LE(difference(one[i], other[i]), 2e-5) << i;
}

TEST(LoraProduct, IsTheFormulaAndDropsInTrainingOnly) {
  const Leaf leaf("a/kernel", {5, 7}, [](LoRAConfig& c) { c.dropout = kRate; });
  const at::Tensor x = inputs({4, 3, 5}), b = inputs({7});
  const ops::Adapted weight(leaf.weight());
  EXPECT_LE(difference(weight.product(x, b, {}), at::matmul(x, leaf.sum()) + b), 1e-5);
  const at::Tensor formula =
      at::matmul(x, leaf.weight().value) + b +
      at::matmul(at::matmul(dropped(leaf, x), leaf["lora_A"]), leaf["lora_B"]) * 2;
  const at::Tensor ours = weight.product(x, b, kTraining);
  EXPECT_LE(difference(ours, formula), 1e-5);
  expect_gradients(leaf, ours, formula);
}

TEST(LoraProduct, RowsKeepTheirMasksInAnyMicroBatch) {
  const Leaf leaf("a/kernel", {5, 7}, [](LoRAConfig& c) { c.dropout = kRate; });
  const at::Tensor x = inputs({4, 3, 5});
  const auto rows = [&](int64_t first, int64_t count) {
    ops::ForwardPass pass = kTraining;
    pass.key.first_row = first;
    return ops::Adapted(leaf.weight()).product(x.narrow(0, first, count), {}, pass);
  };
  EXPECT_LE(difference(rows(0, 4), at::cat({rows(0, 1), rows(1, 3)})), 1e-6);
}

TEST(DoraProduct, ScalesColumnsAndWhatDropoutHidesGoesThroughTheBareWeight) {
  const Leaf leaf("a/kernel", {5, 7}, [](LoRAConfig& c) {
    c.dora = true;
    c.dropout = kRate;
  });
  const at::Tensor x = inputs({4, 3, 5}), b = inputs({7});
  const auto W = [&] {
    return leaf.sum() * (leaf["lora_magnitude"] / leaf.sum().detach().norm(2, {0}));
  };
  const ops::Adapted weight(leaf.weight());
  EXPECT_LE(difference(weight.product(x, b, {}), at::matmul(x, W()) + b), 1e-5);
  expect_gradients(leaf, weight.product(x, b, {}), at::matmul(x, W()) + b);
  const at::Tensor seen = dropped(leaf, x);
  const at::Tensor formula = at::matmul(seen, W()) + at::matmul(x - seen, leaf.weight().value) + b;
  EXPECT_LE(difference(weight.product(x, b, kTraining), formula), 1e-5);
  expect_gradients(leaf, weight.product(x, b, kTraining), formula);
}

void rows_of(LoRAConfig& config) {
  config.trained_tokens = {{"wte", {3, 5, 0}}, {"lm_head", {10, 4}}};
}

TEST(TableLookup, OfEveryVariantIsOfTheEffectiveTable) {
  const at::Tensor ids = at::tensor({3, 0, 3, 6, 1, 3}, at::kInt).view({2, 3});
  for (void (*apply)(LoRAConfig&) : {+[](LoRAConfig&) {}, +[](LoRAConfig& c) { rows_of(c); }}) {
    for (const bool dora : {false, true}) {
      Leaf leaf("wte", {7, 5}, apply);
      toy::declare(leaf.tree, "lm_head", {7, 5});  // the table is no head
      if (dora) {
        detach_lora_params(leaf.tree);
        LoRAConfig config = toy::lora({"wte"}, 2);
        apply(config);
        config.trained_tokens.erase("lm_head");
        config.dora = true;
        leaf.adapters = inject_lora_params(leaf.tree, config, 1);
      }
      at::Tensor table = leaf.sum();
      if (dora) table = table * (leaf["lora_magnitude"] / table.detach().norm(2, {0}));
      if (leaf["rows"].defined()) {
        table = table.index_copy(0, at::tensor({3, 5, 0}, at::kLong), leaf["rows"]);
      }
      const at::Tensor ours = ops::Adapted(leaf.weight()).lookup(ids, at::kFloat);
      const at::Tensor formula = at::embedding(table, ids.to(at::kLong));
      EXPECT_LE(difference(ours, formula), 1e-5);
      expect_gradients(leaf, ours, formula);
    }
  }
}

at::Tensor head_loss(const Leaf& leaf, const at::Tensor& h, const at::Tensor& labels,
                     const ops::ForwardPass& pass, int64_t chunk = 2) {
  const ops::HeadStates states = ops::supervised_states(h, labels);
  const auto path = ops::Adapted(leaf.weight()).training_logits(states, pass);
  return ops::head_loss(states, *path, labels, 0.2, chunk, 1.3);
}

at::Tensor head_labels() { return at::tensor({2, -1, 10, 0, 2, -1, 7}, at::kInt); }

TEST(HeadLossOfVariants, IsThatOfTheEffectiveHead) {
  const at::Tensor h = inputs({7, 4});
  for (void (*apply)(LoRAConfig&) : {+[](LoRAConfig&) {}, +[](LoRAConfig& c) { rows_of(c); },
                                     +[](LoRAConfig& c) { c.dora = true; },
                                     +[](LoRAConfig& c) {
                                       rows_of(c);
                                       c.dora = true;
                                     }}) {
    const Leaf leaf("lm_head", {11, 4}, apply);
    at::Tensor head = leaf.sum();
    if (leaf["lora_magnitude"].defined()) {
      head = head * (leaf["lora_magnitude"] / head.detach().norm(2, {1})).unsqueeze(1);
    }
    if (leaf["rows"].defined()) {
      head = head.index_copy(0, at::tensor({10, 4}, at::kLong), leaf["rows"]);
    }
    const at::Tensor formula = ops::reference::head_loss(h, head, head_labels(), 0.2, 1.3);
    const at::Tensor ours = head_loss(leaf, h, head_labels(), {});
    EXPECT_LE(difference(ours, formula), 1e-6);
    expect_gradients(leaf, ours, formula);
    const auto path = ops::Adapted(leaf.weight()).evaluation_logits(at::kFloat);
    EXPECT_LE(difference(ops::logits(h, *path), at::mm(h, head.t())), 1e-5);
  }
}

TEST(HeadLossOfVariants, DropsInputsWhateverTheSplitIntoMicroBatches) {
  const Leaf leaf("lm_head", {11, 4}, [](LoRAConfig& c) { c.dropout = kRate; });
  const at::Tensor h = inputs({4, 7, 4}), labels = head_labels().expand({4, 7});
  const auto part = [&](int64_t from, int64_t to, int64_t first) {
    ops::ForwardPass pass = kTraining;
    pass.key.first_row = first;
    return head_loss(leaf, h.slice(0, from, to), labels.slice(0, from, to), pass).item<double>();
  };
  const double whole = part(0, 4, 0);
  EXPECT_NEAR(part(0, 1, 0) + part(1, 4, 1), whole, 1e-5);
  EXPECT_NE(whole, part(0, 4, 1));
  const at::Tensor u = at::matmul(dropped(leaf, h), leaf["lora_B"].t()).flatten(0, 1);
  at::Tensor scores =
      at::matmul(h.flatten(0, 1), leaf.weight().value.t()) + at::matmul(u, leaf["lora_A"].t()) * 2;
  scores = (scores / 1.3).tanh() * 1.3;
  const at::Tensor formula =
      at::nll_loss(at::log_softmax(scores, 1), labels.flatten().to(at::kLong), {},
                   at::Reduction::Sum, -1) *
      0.2;
  const at::Tensor ours = head_loss(leaf, h, labels, kTraining);
  EXPECT_LE(difference(ours, formula), 1e-5);
  expect_gradients(leaf, ours, formula);
}

TEST(Attachments, OfSeveralAdaptersAddUpOverOneBase) {
  Leaf one("a/kernel", {5, 7}, [](LoRAConfig&) {});
  const Leaf other("a/kernel", {5, 7}, [](LoRAConfig& c) {
    c.rank = 3;
    c.alpha = 6;
  });
  const at::Tensor x = inputs({4, 5});
  const at::Tensor delta = other.sum() - other.weight().value;
  one.tree.at("a/kernel").weight.attachments.push_back(other.weight().attachments[0]);
  const at::Tensor scaled = one.sum() + delta;
  EXPECT_LE(difference(ops::Adapted(one.weight()).product(x, {}, {}), at::matmul(x, scaled)), 1e-5);
  EXPECT_LE(difference(merge_lora_params(one.tree)[0].second, scaled.detach()), 1e-6);
}

}  // namespace
}  // namespace twofold
