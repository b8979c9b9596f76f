// What holds for every family.
#include <torch/csrc/autograd/autograd.h>
#include <unistd.h>

#include "model/families/registry.h"
#include "model/kv_cache.h"
#include "model/support.h"
#include "support/gradcheck.h"
#include "support/low_rank.h"

namespace twofold::test {
namespace {

class Family : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Family,
                         testing::Values("gpt", "llama", "qwen", "gpt_neox", "qwen3", "smollm3",
                                         "gemma", "gemma2", "gemma3"),
                         [](const auto& info) { return std::string(info.param); });

std::vector<std::string> single_layer() {
  return {"architecture.n_layers=1", "architecture.n_embd=4"};
}

TEST_P(Family, GradientsMatchFiniteDifferences) {
  TestModel tested = tiny(GetParam(), single_layer(), at::kDouble);
  const Batch batch = random_batch(2, 4, 11);
  ParameterTree& tree = tested.model->parameters();
  std::vector<at::Tensor> values;
  for (const Parameter& parameter : tree.all()) values.push_back(parameter.weight.value.detach());
  const auto loss = [&](const std::vector<at::Tensor>& inputs) {
    size_t i = 0;
    for (Parameter& parameter : tree.all()) parameter.weight.value = inputs[i++];
    return batch_loss(*tested.model, batch, 1.0, {});
  };
  EXPECT_TRUE(gradients_match(loss, values));
}

TEST_P(Family, EveryParameterGetsAGradient) {
  TestModel tested = tiny(GetParam());
  backward(*tested.model, random_batch(2, 8, 11), 1.0);
  for (const auto& [path, gradient] : gradients_of(*tested.model)) {
    ASSERT_TRUE(gradient.defined()) << path;
    EXPECT_GT(gradient.abs().max().item<double>(), 0) << path;
  }
}

TEST_P(Family, CheckpointingChangesNeitherLossNorGradients) {
  TestModel tested =
      tiny(GetParam(), {"architecture.dropout=0.2", "architecture.attn_dropout=0.2"});
  const Batch batch = random_batch(3, 8, 11);
  const InputKey key{.training = true, .seed = 5, .step = 2, .first_row = 4};
  const double plain = backward(*tested.model, batch, 0.1, key);
  const NamedTensors expected = gradients_of(*tested.model);
  clear_gradients_of(*tested.model);
  tested.model->set_checkpointing(true);
  EXPECT_EQ(backward(*tested.model, batch, 0.1, key), plain);
  const NamedTensors found = gradients_of(*tested.model);
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(found[i].second.equal(expected[i].second)) << found[i].first;
  }
}

TEST_P(Family, CheckpointingReachesAdaptersOverAFrozenBase) {
  TestModel tested = tiny(GetParam());
  ParameterTree& tree = tested.model->parameters();
  for (Parameter& parameter : tree.all()) parameter.weight.value.requires_grad_(false);
  Parameter* adapted = nullptr;
  for (Parameter& parameter : tree.all()) {
    if (parameter.path.starts_with("blocks/0/mlp") && parameter.is_matrix()) adapted = &parameter;
  }
  ASSERT_NE(adapted, nullptr);
  LowRank low_rank{normal_tensor({adapted->shape[0], 2}, 1, at::kFloat),
                   normal_tensor({2, adapted->shape[1]}, 2, at::kFloat), 0.5};
  low_rank.A.requires_grad_(true);
  low_rank.B.requires_grad_(true);
  test::attach(adapted->weight, low_rank);
  const Batch batch = random_batch(2, 8, 11);
  backward(*tested.model, batch, 1.0);
  const at::Tensor a = low_rank.A.grad().clone(), b = low_rank.B.grad().clone();
  low_rank.A.mutable_grad() = at::Tensor();
  low_rank.B.mutable_grad() = at::Tensor();
  tested.model->set_checkpointing(true);
  backward(*tested.model, batch, 1.0);
  EXPECT_GT(a.abs().max().item<double>(), 0);
  EXPECT_TRUE(low_rank.A.grad().equal(a));
  EXPECT_TRUE(low_rank.B.grad().equal(b));
}

TEST_P(Family, DropoutIsOffInEvaluationAndOnInTraining) {
  TestModel without = tiny(GetParam());
  const Batch batch = random_batch(2, 8, 11);
  const double expected = backward(*without.model, batch, 1.0);
  for (const char* key : {"architecture.dropout=0.5", "architecture.attn_dropout=0.5"}) {
    SCOPED_TRACE(key);
    TestModel with = tiny(GetParam(), {key});
    EXPECT_EQ(backward(*with.model, batch, 1.0), expected);
    EXPECT_NEAR(evaluate_loss(*with.model, batch, 1).sum, expected, 1e-4);
    EXPECT_NE(backward(*with.model, batch, 1.0, {.training = true}), expected);
  }
}

/// Every way to cut `rows` rows into micro-batches: the rows at which each begins, and the end.
std::vector<std::vector<int64_t>> splits(int64_t rows) {
  std::vector<std::vector<int64_t>> all;
  for (int64_t cuts = 0; cuts < int64_t{1} << (rows - 1); ++cuts) {
    std::vector<int64_t> bounds = {0};
    for (int64_t row = 1; row < rows; ++row) {
      if (cuts >> (row - 1) & 1) bounds.push_back(row);
    }
    bounds.push_back(rows);
    all.push_back(bounds);
  }
  return all;
}

TEST_P(Family, LossAndGradientsDoNotDependOnMicroBatches) {
  TestModel tested =
      tiny(GetParam(), {"architecture.dropout=0.3", "architecture.attn_dropout=0.3"});
  Batch batch = random_batch(5, 8, 11);
  for (size_t i = 0; i < 13; ++i) batch.labels[i * 3] = -1;  // unequal label counts
  pad_left(batch, 0, 3);
  pad_left(batch, 3, 6);
  const double scale = 1.0 / static_cast<double>(batch.supervised());
  const InputKey whole{.training = true, .seed = 1, .step = 3, .first_row = 10};
  const double expected = backward(*tested.model, batch, scale, whole);
  const NamedTensors gradients = gradients_of(*tested.model);
  for (const std::vector<int64_t>& bounds : splits(batch.rows)) {
    clear_gradients_of(*tested.model);
    double sum = 0;
    for (size_t i = 0; i + 1 < bounds.size(); ++i) {
      InputKey part = whole;
      part.first_row += bounds[i];
      sum += backward(*tested.model, batch.slice(bounds[i], bounds[i + 1]), scale, part);
    }
    EXPECT_NEAR(sum, expected, 1e-6 * std::abs(expected)) << testing::PrintToString(bounds);
    for (const auto& [path, gradient] : gradients) {
      const at::Tensor& found = tested.model->parameters().at(path).weight.value.grad();
      EXPECT_LT(largest_difference(found, gradient), 1e-5) << path;
    }
  }
}

TEST_P(Family, TellsTheLossOfEachRow) {
  TestModel tested = tiny(GetParam());
  Batch batch = random_batch(4, 8, 11);
  for (size_t i = 0; i < 16; ++i) batch.labels[i] = i % 3 == 0 && i < 8 ? 5 : -1;  // none in row 1
  at::Tensor rows;
  const at::Tensor loss = batch_loss(*tested.model, batch, 1.0, {}, &rows);
  ASSERT_EQ(rows.sizes(), at::IntArrayRef({4}));
  EXPECT_NEAR(rows.sum().item<double>(), loss.item<double>(), 1e-5);
  EXPECT_EQ(rows[1].item<double>(), 0);
  for (const int64_t row : {0, 2, 3}) {
    const LossSum alone = evaluate_loss(*tested.model, batch.slice(row, row + 1), 1);
    EXPECT_NEAR(rows[row].item<double>(), alone.sum, 1e-5) << row;
  }
}

TEST_P(Family, LeftPaddingChangesNothing) {
  TestModel tested = tiny(GetParam());
  const Batch plain = random_batch(1, 6, 11);
  Batch padded(1, 9);
  for (size_t t = 0; t < 9; ++t) {
    const bool pad = t < 3;
    padded.tokens[t] = pad ? 0 : plain.tokens[t - 3];
    padded.labels[t] = pad ? -1 : plain.labels[t - 3];
    padded.positions[t] = pad ? 0 : static_cast<int32_t>(t - 3);
    padded.first_key[t] = pad ? static_cast<int32_t>(t) : 3;
  }
  const LossSum a = evaluate_loss(*tested.model, plain, 1);
  const LossSum b = evaluate_loss(*tested.model, padded, 1);
  EXPECT_EQ(a.count, b.count);
  EXPECT_NEAR(a.sum, b.sum, 1e-5);
}

TEST_P(Family, SeveralDocumentsInARowEqualSeparateRows) {
  TestModel tested = tiny(GetParam(), {}, at::kDouble);
  const Batch first = random_batch(1, 5, 11, 1), second = random_batch(1, 7, 11, 2);
  Batch packed(1, 12);
  for (size_t t = 0; t < 12; ++t) {
    const Batch& from = t < 5 ? first : second;
    const size_t at = t < 5 ? t : t - 5;
    packed.tokens[t] = from.tokens[at];
    packed.labels[t] = from.labels[at];
    packed.positions[t] = static_cast<int32_t>(at);
    packed.first_key[t] = t < 5 ? 0 : 5;
  }
  const double separate =
      backward(*tested.model, first, 1) + backward(*tested.model, second, 1);  // adds gradients
  const NamedTensors expected = gradients_of(*tested.model);
  clear_gradients_of(*tested.model);
  EXPECT_NEAR(backward(*tested.model, packed, 1), separate, 1e-6);
  const NamedTensors found = gradients_of(*tested.model);
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_LT(largest_difference(found[i].second, expected[i].second), 1e-6) << found[i].first;
  }
}

TEST_P(Family, ADocumentLeavesNoTraceInAnother) {
  TestModel tested = tiny(GetParam());
  const auto packed = [](int32_t first, int32_t second) {
    Batch batch = random_batch(1, 12, 11);
    batch.tokens[2] = first;
    batch.tokens[8] = second;
    for (size_t t = 5; t < 12; ++t) {
      batch.positions[t] = static_cast<int32_t>(t - 5);
      batch.first_key[t] = 5;
    }
    return batch;
  };
  const at::Tensor plain = logits_of(*tested.model, packed(1, 1));
  const at::Tensor one = logits_of(*tested.model, packed(2, 1));
  const at::Tensor other = logits_of(*tested.model, packed(1, 2));
  const auto first = [](const at::Tensor& logits) { return logits.narrow(1, 0, 5); };
  const auto second = [](const at::Tensor& logits) { return logits.narrow(1, 5, 7); };
  EXPECT_TRUE(at::equal(second(one), second(plain)));
  EXPECT_FALSE(at::equal(first(one), first(plain)));
  EXPECT_TRUE(at::equal(first(other), first(plain)));
  EXPECT_FALSE(at::equal(second(other), second(plain)));
}

TEST_P(Family, CachedPositionsEqualAFullPass) {
  TestModel tested = tiny(GetParam());
  const Batch batch = random_batch(2, 10, 11);
  const at::Tensor expected = logits_of(*tested.model, batch);
  const at::NoGradGuard no_grad;
  KvCache cache;
  cache.capacity = 10;
  const ModelInput whole = to_input(batch, {}, host_device());
  for (const auto& [begin, count] : {std::pair<int64_t, int64_t>{0, 6}, {6, 1}, {7, 3}}) {
    ModelInput part;
    part.tokens = whole.tokens.narrow(1, begin, count);
    part.positions = whole.positions.narrow(1, begin, count);
    part.cache = &cache;
    const at::Tensor hidden = tested.model->hidden(part).flatten(0, 1);
    const at::Tensor found = tested.model->logits(hidden).view({2, count, -1});
    EXPECT_LT(largest_difference(found, expected.narrow(1, begin, count)), 1e-4);
  }
}

TEST_P(Family, ExportedWeightsComeBackBitForBit) {
  std::vector<std::string> more;
  if (std::string(GetParam()) == "gpt") more = {"architecture.rope=false"};
  TestModel tested = tiny(GetParam(), more);
  for (const int64_t shard_bytes : {5'000'000'000L, 600L}) {
    const Path folder = unique_folder("export");
    save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder,
                   shard_bytes);
    auto config = make_model_config(variant_of(GetParam()).family);
    configure_from_hf(*config, folder, {});
    config->activation_dtype = "float32";
    const auto loaded = config->build();
    load_hf_weights(*loaded, *config, folder);
    EXPECT_EQ(hf_dtype(folder), "float32");
    for (const auto& [path, value] : tested.model->parameters().named()) {
      EXPECT_TRUE(loaded->parameters().at(path).weight.value.equal(value)) << path;
    }
    const Batch batch = random_batch(2, 8, 11);
    EXPECT_TRUE(logits_of(*loaded, batch).equal(logits_of(*tested.model, batch)));
    std::filesystem::remove_all(folder);
  }
}

TEST_P(Family, DefaultsAreConsistent) {
  const Variant variant = variant_of(GetParam());
  EXPECT_EQ(configured(variant.family, variant.settings)->family(), variant.family);
}

TEST(GatedDecoder, TiedHeadStaysTheEmbedding) {
  TestModel tested = tiny("llama", {"architecture.tie_word_embeddings=true"});
  EXPECT_EQ(tested.model->parameters().find("lm_head"), nullptr);
  EXPECT_EQ(&tested.model->head(), &tested.model->parameters().at("wte").weight);
}

TEST(GatedDecoder, WindowLimitsWhatIsSeen) {
  TestModel wide = tiny("llama", {"architecture.n_layers=1"});
  TestModel narrow = tiny("llama", {"architecture.n_layers=1", "architecture.sliding_window=3"});
  Batch batch = random_batch(1, 8, 11);
  const at::Tensor before = logits_of(*narrow.model, batch), all = logits_of(*wide.model, batch);
  EXPECT_LT(largest_difference(before.select(1, 2), all.select(1, 2)), 1e-6);
  EXPECT_GT(largest_difference(before.select(1, 7), all.select(1, 7)), 1e-4);
  batch.tokens[4] = (batch.tokens[4] + 1) % 11;  // the last position sees 5, 6, 7
  EXPECT_TRUE(logits_of(*narrow.model, batch).select(1, 7).equal(before.select(1, 7)));
}

TEST(Registry, UnknownFamilyNamesTheNearOne) {
  try {
    make_model_config("lama");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("llama"), std::string::npos);
  }
}

TEST(ModelConfig, SizesThatDoNotDivideAreRefusedTogether) {
  try {
    configured("llama",
               {"architecture.n_embd=10", "architecture.n_head=3", "architecture.n_kv_head=2"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().size(), 3u) << error.what();
  }
}

}  // namespace
}  // namespace twofold::test
