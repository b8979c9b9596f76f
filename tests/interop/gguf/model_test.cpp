// Models as GGUF files: what is in them by our own reader. That llama.cpp computes the same with
// them is in tests/clients.
#include "interop/gguf/model.h"

#include <gmock/gmock.h>

#include "interop/gguf/tokenizer.h"
#include "model/support.h"

namespace twofold::test {
namespace {

using formats::GgmlType;
using formats::GgufFile;
using formats::GgufTensor;
using testing::HasSubstr;

struct GgufModel : testing::Test {
  Path folder = unique_folder("gguf_model");
  Path file = folder / "model.gguf";
  TestModel tested;
  GgufPlan plan;

  GgufModel() { std::filesystem::create_directories(folder); }
  ~GgufModel() override { std::filesystem::remove_all(folder); }

  NamedTensors values() const {
    NamedTensors all;
    for (const Parameter& parameter : tested.model->parameters().all()) {
      all.emplace_back(parameter.path, parameter.weight.value.detach());
    }
    return all;
  }

  void write(const std::string& name, const std::vector<std::string>& more = {}) {
    tested = tiny(name, more);
    plan = plan_gguf(*tested.config, tested.model->parameters());
    write_gguf_model(plan, values(), no_gguf_tokenizer().metadata, GgmlType::kF32, "tiny", file);
  }

  template <class T>
  T value(const GgufFile& read, const std::string& key) const {
    const formats::GgufValue* found = read.value(key);
    return found && std::holds_alternative<T>(*found) ? std::get<T>(*found) : T{};
  }
};

TEST_F(GgufModel, HasTheArchitecturesHyperparameters) {
  write("llama", {"architecture.n_kv_head=1"});
  const GgufFile read(file);
  EXPECT_EQ(read.text("general.architecture"), "llama");
  EXPECT_EQ(read.text("general.name"), "tiny");
  EXPECT_EQ(value<uint32_t>(read, "llama.block_count"), 2u);
  EXPECT_EQ(value<uint32_t>(read, "llama.embedding_length"), 8u);
  EXPECT_EQ(value<uint32_t>(read, "llama.feed_forward_length"), 12u);
  EXPECT_EQ(value<uint32_t>(read, "llama.attention.head_count"), 2u);
  EXPECT_EQ(value<uint32_t>(read, "llama.attention.head_count_kv"), 1u);
  EXPECT_EQ(value<uint32_t>(read, "llama.rope.dimension_count"), 4u);
  EXPECT_EQ(value<float>(read, "llama.rope.freq_base"), 10000.0f);
  EXPECT_EQ(value<uint32_t>(read, "llama.vocab_size"), 11u);
}

TEST_F(GgufModel, HasEveryTensorUnderLlamaCppsNameAndItsShape) {
  write("llama", {"architecture.n_kv_head=1"});
  const GgufFile read(file);
  const std::map<std::string, std::vector<int64_t>> expected = {
      {"token_embd.weight", {11, 8}},       {"output_norm.weight", {8}},
      {"output.weight", {11, 8}},           {"blk.1.attn_q.weight", {8, 8}},
      {"blk.1.attn_k.weight", {4, 8}},      {"blk.1.attn_v.weight", {4, 8}},
      {"blk.1.attn_output.weight", {8, 8}}, {"blk.1.ffn_gate.weight", {12, 8}},
      {"blk.1.ffn_down.weight", {8, 12}},   {"blk.0.attn_norm.weight", {8}},
  };
  for (const auto& [name, shape] : expected) {
    const GgufTensor* tensor = read.find(name);
    ASSERT_NE(tensor, nullptr) << name;
    EXPECT_EQ(tensor->shape, shape) << name;
    EXPECT_EQ(tensor->type, static_cast<uint32_t>(GgmlType::kF32)) << name;
  }
  EXPECT_EQ(read.tensors().size(), 3u + 2 * 9u);
}

TEST_F(GgufModel, ReadsBackWhatEveryFamilyHas) {
  for (const char* name : {"gpt", "gpt_neox", "llama", "qwen", "qwen3", "gemma", "gemma2"}) {
    write(name, name == std::string("gpt") ? std::vector<std::string>{"architecture.rope=false"}
                                           : std::vector<std::string>{});
    const NamedTensors ours = values();
    const NamedTensors read = read_gguf_model(plan, file);
    std::map<std::string, at::Tensor> by_path(read.begin(), read.end());
    for (const auto& [path, tensor] : ours) {
      ASSERT_TRUE(by_path.contains(path)) << name << " " << path;
      EXPECT_TRUE(at::allclose(by_path.at(path).to(at::kFloat), tensor, 1e-6, 1e-6))
          << name << " " << path;
    }
  }
}

TEST_F(GgufModel, NamesATensorThatIsNotTheModels) {
  write("llama");
  const TestModel larger = tiny("llama", {"architecture.n_layers=3"});
  const GgufPlan other = plan_gguf(*larger.config, larger.model->parameters());
  try {
    read_gguf_model(other, file);
    ADD_FAILURE() << "a file with too few blocks was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("blk.2."));
  }
}

}  // namespace
}  // namespace twofold::test
