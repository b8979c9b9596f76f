#include "ops/attention.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"
#include "ops/close.h"
#include "support/gradcheck.h"

namespace twofold::ops {
namespace {

using test::close;
using test::gradients_match;
using test::normal_tensor;

struct Case {
  const char* name;
  int64_t batch, queries, keys, heads, kv_heads, head_dim;
  int64_t window = 0;
  double scale = 0;
  double softcap = 0;
  double dropout = 0;

  AttentionOptions options() const {
    return {.scale = scale,
            .window = window,
            .softcap = softcap,
            .dropout = dropout,
            .dropout_key = {.seed = 3, .step = 5, .site = 7, .first_row = 2}};
  }
};

// Sizes on both sides of every tile edge (64 queries, 256 keys).
const Case kCases[] = {
    {"one token", 1, 1, 1, 1, 1, 8},
    {"plain", 2, 17, 17, 4, 4, 16},
    {"grouped 3:1, odd head", 2, 33, 33, 6, 2, 13},
    {"several tiles", 1, 150, 150, 2, 1, 24},
    {"several key tiles", 1, 300, 300, 2, 2, 8},
    {"cached keys", 2, 5, 290, 4, 2, 16},
    {"decode", 3, 1, 70, 2, 2, 32},
    {"short window", 1, 200, 200, 2, 1, 16, 7},
    {"window across tiles", 1, 400, 400, 1, 1, 8, 100},
    {"own scale", 1, 20, 20, 2, 2, 8, 0, 0.7},
    {"capped", 2, 90, 300, 4, 2, 8, 40, 0.9, 1.5},
    {"dropped", 2, 13, 13, 4, 2, 8, 0, 0, 0, 0.3},
    {"dropped across tiles, capped", 2, 261, 301, 4, 2, 8, 270, 0.9, 1.5, 0.5},
};

struct Inputs {
  at::Tensor q, k, v;
};

Inputs inputs_of(const Case& c, at::ScalarType type) {
  return {normal_tensor({c.batch, c.queries, c.heads, c.head_dim}, 1, type),
          normal_tensor({c.batch, c.keys, c.kv_heads, c.head_dim}, 2, type),
          normal_tensor({c.batch, c.keys, c.kv_heads, c.head_dim}, 3, type)};
}

/// First keys of documents of about `length` tokens, each row cut elsewhere.
at::Tensor documents(int64_t batch, int64_t queries, int64_t keys, int64_t length) {
  const at::Tensor first = at::empty({batch, queries}, at::kInt);
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t i = 0; i < queries; ++i) {
      const int64_t position = keys - queries + i, shift = 3 * b + 1;
      first[b][i] = std::max<int64_t>(0, (position + shift) / length * length - shift);
    }
  }
  return first;
}

/// Left padding: row b starts with `pads`·b tokens that see no key; the others see none of them.
at::Tensor left_padding(int64_t batch, int64_t tokens, int64_t pads) {
  return (at::arange(batch, at::kInt) * pads).unsqueeze(1).expand({batch, tokens}).contiguous();
}

std::vector<at::Tensor> gradients(const at::Tensor& output, const Inputs& in) {
  return torch::autograd::grad({output}, {in.q, in.k, in.v},
                               {normal_tensor(output.sizes(), 9, output.scalar_type())});
}

void expect_reference(const Case& c, const at::Tensor& first_key) {
  SCOPED_TRACE(c.name);
  const Inputs in = inputs_of(c, at::kFloat);
  for (const at::Tensor& x : {in.q, in.k, in.v}) x.requires_grad_(true);
  const AttentionOptions options = c.options();
  const at::Tensor got = attention(in.q, in.k, in.v, first_key, options);
  const at::Tensor want = reference::attention(in.q, in.k, in.v, first_key, options);
  EXPECT_TRUE(close(got, want, 1e-5));
  const auto got_gradients = gradients(got, in), want_gradients = gradients(want, in);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(close(got_gradients[i], want_gradients[i], 2e-5)) << "gradient of input " << i;
  }
}

TEST(Attention, EqualsTheReferenceWhenCausal) {
  for (const Case& c : kCases) expect_reference(c, {});
}

TEST(Attention, EqualsTheReferenceOverDocuments) {
  for (const Case& c : kCases) {
    for (const int64_t length : {5, 90}) {
      expect_reference(c, documents(c.batch, c.queries, c.keys, length));
    }
  }
}

TEST(Attention, EqualsTheReferenceWithLeftPadding) {
  expect_reference({"padded", 4, 40, 40, 3, 1, 16}, left_padding(4, 40, 12));
  expect_reference({"padded beyond a tile", 3, 140, 140, 2, 2, 8}, left_padding(3, 140, 69));
}

TEST(Attention, AQueryWithoutKeysGivesZerosAndNoGradient) {
  Inputs in = inputs_of({"", 1, 6, 6, 1, 1, 4}, at::kFloat);
  in.q.requires_grad_(true);
  const at::Tensor first_key = at::full({1, 6}, 3, at::kInt);
  const at::Tensor out = attention(in.q, in.k, in.v, first_key);
  out.sum().backward();
  EXPECT_TRUE(at::equal(out.slice(1, 0, 3), at::zeros({1, 3, 1, 4})));
  EXPECT_TRUE(at::equal(in.q.grad().slice(1, 0, 3), at::zeros({1, 3, 1, 4})));
  EXPECT_TRUE(close(out.slice(1, 3, 4), in.v.slice(1, 3, 4), 1e-6));
}

TEST(Attention, Bfloat16IsFloat32RoundedOnce) {
  const Case c{"bf16", 2, 90, 90, 6, 2, 32};
  const Inputs in = inputs_of(c, at::kBFloat16);
  const at::Tensor want =
      attention(in.q.to(at::kFloat), in.k.to(at::kFloat), in.v.to(at::kFloat), {});
  EXPECT_TRUE(at::equal(attention(in.q, in.k, in.v, {}), want.to(at::kBFloat16)));
  for (const at::Tensor& x : {in.q, in.k, in.v}) x.requires_grad_(true);
  const auto got = gradients(attention(in.q, in.k, in.v, {}), in);
  const auto expected = gradients(reference::attention(in.q, in.k, in.v, {}), in);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(close(got[i], expected[i], 2e-2));
}

TEST(Attention, LastQueriesEqualTheLastRowsOfAll) {
  const Inputs in = inputs_of({"", 2, 80, 80, 4, 2, 16}, at::kFloat);
  const at::Tensor first_key = documents(2, 80, 80, 30);
  const at::Tensor all = attention(in.q, in.k, in.v, first_key);
  for (const int64_t from : {79, 64, 10}) {
    const at::Tensor last = attention(in.q.slice(1, from), in.k, in.v, first_key.slice(1, from));
    EXPECT_TRUE(close(last, all.slice(1, from), 1e-6)) << "from " << from;
  }
}

TEST(Attention, ReadsViewsOfAFusedProjection) {
  const at::Tensor fused = normal_tensor({2, 9, 3 * 2 * 5}, 4);
  EXPECT_TRUE(gradients_match(
      [](const auto& in) {
        const at::Tensor heads = in[0].view({2, 9, 6, 5});
        return attention(heads.slice(2, 0, 2), heads.slice(2, 2, 4), heads.slice(2, 4, 6), {});
      },
      {fused}));
}

TEST(Attention, GradientsMatchFiniteDifferences) {
  for (const Case& c : {Case{"causal", 1, 6, 6, 2, 2, 4}, Case{"grouped", 1, 5, 5, 3, 1, 3},
                        Case{"cached", 1, 3, 7, 2, 1, 4}, Case{"window", 1, 7, 7, 1, 1, 5, 3, 0.9},
                        Case{"capped", 1, 6, 6, 2, 1, 4, 4, 0.8, 0.7},
                        Case{"dropped", 1, 6, 6, 2, 1, 4, 0, 0, 0, 0.4}}) {
    SCOPED_TRACE(c.name);
    const Inputs in = inputs_of(c, at::kDouble);
    for (const at::Tensor& first_key : {at::Tensor(), documents(c.batch, c.queries, c.keys, 3)}) {
      EXPECT_TRUE(gradients_match(
          [&](const auto& x) { return attention(x[0], x[1], x[2], first_key, c.options()); },
          {in.q, in.k, in.v}));
    }
  }
}

TEST(Attention, LargeScoresDoNotOverflow) {
  const Inputs in = inputs_of({"", 1, 300, 300, 1, 1, 16}, at::kFloat);
  const at::Tensor got = attention(in.q * 40, in.k * 40, in.v, {});
  EXPECT_TRUE(close(got, reference::attention(in.q * 40, in.k * 40, in.v, {}), 1e-3));
}

TEST(Attention, ResultsAreTheSameBitsEveryTime) {
  const Inputs in = inputs_of({"", 2, 130, 130, 4, 2, 16}, at::kFloat);
  for (const at::Tensor& x : {in.q, in.k, in.v}) x.requires_grad_(true);
  const auto first = gradients(attention(in.q, in.k, in.v, {}), in);
  for (int run = 0; run < 3; ++run) {
    const auto again = gradients(attention(in.q, in.k, in.v, {}), in);
    for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(at::equal(again[i], first[i]));
  }
}

at::Tensor inverse_frequencies(int64_t half, at::ScalarType type) {
  return at::pow(10000.0, at::arange(half, at::kDouble) / -static_cast<double>(half)).to(type);
}

TEST(Rotary, EqualsTheReferenceForWholeAndPartialHeads) {
  for (const auto& [type, tolerance] : {std::pair{at::kFloat, 1e-6}, {at::kBFloat16, 8e-3}}) {
    const at::Tensor x = normal_tensor({2, 11, 3, 20}, 1, type);
    const at::Tensor positions = (at::arange(22, at::kInt) * 7 % 50).view({2, 11});
    for (const int64_t half : {10, 3}) {
      const RotaryTable table = make_rotary_table(inverse_frequencies(half, at::kFloat), 50, 1.1);
      EXPECT_TRUE(
          close(rotary(x, table, positions), reference::rotary(x, table, positions), tolerance));
    }
  }
}

TEST(Rotary, ScoresDependOnDistanceOnly) {
  const RotaryTable table = make_rotary_table(inverse_frequencies(8, at::kFloat), 200);
  const at::Tensor q = normal_tensor({1, 1, 1, 16}, 1, at::kFloat);
  const at::Tensor k = normal_tensor({1, 1, 1, 16}, 2, at::kFloat);
  const auto score = [&](int position_q, int position_k) {
    const auto at_position = [](int p) { return at::full({1, 1}, p, at::kInt); };
    return (rotary(q, table, at_position(position_q)) * rotary(k, table, at_position(position_k)))
        .sum()
        .item<double>();
  };
  EXPECT_NEAR(score(9, 4), score(109, 104), 1e-4);
  EXPECT_GT(std::abs(score(9, 4) - score(9, 5)), 1e-3);
}

TEST(Rotary, GradientsMatchFiniteDifferencesOnStridedViews) {
  const RotaryTable table = make_rotary_table(inverse_frequencies(3, at::kDouble), 20, 1.2);
  const at::Tensor positions = at::arange(8, at::kInt).view({2, 4});
  EXPECT_TRUE(gradients_match(
      [&](const auto& in) {
        return rotary(in[0].view({2, 4, 4, 7}).slice(2, 1, 3), table, positions);
      },
      {normal_tensor({2, 4, 28}, 1)}));
}

TEST(Rotary, APositionOutsideTheTableIsABug) {
  const RotaryTable table = make_rotary_table(inverse_frequencies(2, at::kFloat), 4);
  const at::Tensor x = at::ones({1, 1, 1, 4});
  EXPECT_THROW(rotary(x, table, at::full({1, 1}, 4, at::kInt)), Bug);
}

}  // namespace
}  // namespace twofold::ops
