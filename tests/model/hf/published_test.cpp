// What published folders have beside what transformers would write today, and how those are refused
// that are not read.
#include <gmock/gmock.h>

#include "model/families/registry.h"
#include "model/hf/format.h"
#include "model/support.h"
#include "tensor/io.h"

namespace twofold::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

json small(const char* model_type) {
  return {{"model_type", model_type}, {"vocab_size", 11},
          {"hidden_size", 8},         {"intermediate_size", 12},
          {"num_hidden_layers", 6},   {"num_attention_heads", 2},
          {"num_key_value_heads", 2}, {"max_position_embeddings", 12}};
}

json with(json config, const json& settings) {
  config.update(settings);
  return config;
}

json read_and_written(const json& config) {
  return hf_format(*config_of_hf_folder(folder_of(config))).to_hf("float32");
}

std::string refusal_of(const json& config) {
  return error_of([&] { config_of_hf_folder(folder_of(config)); });
}

TEST(PublishedConfig, SlicesOfTheProductsMeanNothing) {  // the first revision of Llama 2 13B
  EXPECT_EQ(read_and_written(with(small("llama"), {{"pretraining_tp", 2}})),
            read_and_written(small("llama")));
}

TEST(PublishedConfig, AListOfLayersDecidesOverItsInterval) {
  const char *slides = "sliding_attention", *all = "full_attention";
  const auto pattern = [&](const json& types) {
    const json gemma = with(small("gemma3_text"), {{"head_dim", 4}, {"layer_types", types}});
    return read_and_written(gemma)["sliding_window_pattern"];
  };
  EXPECT_EQ(pattern({slides, slides, all, slides, slides, all}), 3);
  EXPECT_EQ(pattern({slides, slides, slides, slides, slides, all}), 6);
  EXPECT_EQ(pattern({slides, slides, slides, slides, slides, slides}), 7);
  EXPECT_THAT(refusal_of(with(small("gemma3_text"),
                              {{"layer_types", {slides, all, all, slides, slides, all}}})),
              HasSubstr("layer_types"));

  const auto written = [&](const json& settings) {
    return read_and_written(with(small("smollm3"), settings));
  };
  EXPECT_EQ(written({{"no_rope_layers", {1, 0, 1, 0, 1, 0}}})["no_rope_layer_interval"], 2);
  EXPECT_EQ(written({{"no_rope_layer_interval", 3}})["no_rope_layers"], json({1, 1, 0, 1, 1, 0}));
  EXPECT_EQ(written({{"no_rope_layers", {1, 1, 1, 1, 1, 1}}})["model_type"], "llama");
  EXPECT_THAT(refusal_of(with(small("smollm3"), {{"no_rope_layers", {1, 0, 0, 1, 1, 1}}})),
              HasSubstr("no_rope_layers"));
}

TEST(PublishedConfig, NeoXHasItsOwnNamesForRotaryPositions) {
  const json own = {{"rotary_emb_base", 500}, {"rotary_pct", 0.5}};
  const json usual = {{"rope_theta", 10000}, {"partial_rotary_factor", 0.25}};
  const json both = read_and_written(with(with(small("gpt_neox"), own), usual));
  EXPECT_EQ(both["rotary_emb_base"], 500);
  EXPECT_EQ(both["rotary_pct"], 0.5);
  EXPECT_EQ(read_and_written(with(small("gpt_neox"), usual))["rotary_pct"], 0.25);
  EXPECT_THAT(
      refusal_of(with(small("gpt_neox"), {{"rope_theta", 500}, {"partial_rotary_factor", 0.5}})),
      AllOf(HasSubstr("rope_theta"), HasSubstr("partial_rotary_factor")));
}

TEST(PublishedConfig, OtherModelsAreRefusedWithWhatToDo) {
  EXPECT_THAT(refusal_of(small("mixtral")),
              AllOf(HasSubstr("\"mixtral\""), HasSubstr("mistral, smollm3"), HasSubstr("try:")));
  json nameless = small("llama");
  nameless.erase("model_type");
  EXPECT_THAT(refusal_of(nameless), AllOf(HasSubstr("model_type"), HasSubstr("no such field")));
  EXPECT_THAT(refusal_of({{"model_type", "gemma3"}, {"text_config", small("gemma3_text")}}),
              AllOf(HasSubstr("more than text"), HasSubstr("docs/models.md")));
  EXPECT_THAT(refusal_of({{"model_type", "qwen3_5"}, {"text_config", small("qwen3_5_text")}}),
              testing::Not(HasSubstr("more than text")));
  const json gptq = {{"quantization_config", {{"quant_method", "gptq"}, {"bits", 4}}}};
  for (const char* type : {"llama", "gpt2", "gpt_neox"}) {
    EXPECT_THAT(refusal_of(with(small(type), gptq)),
                AllOf(HasSubstr("quantization_config"), HasSubstr("quantised"), HasSubstr("nf4")));
  }
}

TEST(PublishedGeneration, ValuesThatChangeNothingAreRead) {
  const Path folder = folder_of(small("llama"));
  const auto config = config_of_hf_folder(folder);
  const auto found = [&](const json& settings) {
    write_atomic(folder / kGenerationConfig, settings.dump());
    return hf_generation(*config, folder);
  };
  const json neutral = {{"num_beams", 1},
                        {"min_length", 0},
                        {"min_new_tokens", 0},
                        {"guidance_scale", 1.0},
                        {"suppress_tokens", json::array()},
                        {"begin_suppress_tokens", json::array()},
                        {"bad_words_ids", {}},
                        {"encoder_repetition_penalty", 1.0}};
  EXPECT_EQ(found(with(neutral, {{"eos_token_id", 3}})).end_tokens, std::vector<int64_t>{3});
  for (const json& settings :
       {json{{"num_beams", 4}}, json{{"penalty_alpha", 0.6}}, json{{"min_new_tokens", 2}},
        json{{"encoder_repetition_penalty", 1.5}}, json{{"suppress_tokens", {7}}},
        json{{"stop_strings", {"x"}}}}) {
    EXPECT_THAT(error_of([&] { found(settings); }),
                AllOf(HasSubstr(settings.begin().key()), HasSubstr("take it out")));
  }
}

TEST(PublishedGeneration, OlderFoldersSayItInTheModelsConfig) {
  const Path folder = folder_of(with(small("llama"), {{"repetition_penalty", 1.3}}));
  const auto config = config_of_hf_folder(folder);
  EXPECT_EQ(hf_generation(*config, folder).repetition_penalty, 1.3);
  write_atomic(folder / kGenerationConfig, "{}");
  EXPECT_EQ(hf_generation(*config, folder).repetition_penalty, 1);
}

TEST(PublishedWeights, ATiedHeadThatIsStoredTooMustBeTheTable) {
  for (const bool untie : {false, true}) {
    TestModel tested = tiny("llama", {"architecture.tie_word_embeddings=true"});
    const Path folder = unique_folder("twice");
    save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder);
    const auto config = make_model_config("llama");
    config->untie = untie;
    configure_from_hf(*config, folder, {});
    NamedTensors tensors = read_tensors(folder / "model.safetensors");
    const at::Tensor table = tested.model->parameters().at("wte").weight.value.clone();
    const auto loaded = [&](const at::Tensor& head) {
      NamedTensors more = tensors;
      for (auto& [name, tensor] : more) tensor = tensor.clone();
      more.emplace_back("lm_head.weight", head);
      write_tensors(folder / "model.safetensors", more);
      const auto model = config->build();
      load_hf_weights(*model, *config, folder);
      return model->parameters().at("wte").weight.value;
    };
    EXPECT_TRUE(at::equal(loaded(table), table));
    EXPECT_THAT(error_of([&] { loaded(table + 1); }),
                AllOf(HasSubstr("lm_head.weight"), HasSubstr("tie_word_embeddings")));
    EXPECT_THAT(error_of([&] { loaded(table.to(at::kHalf)); }), HasSubstr("lm_head.weight"));
  }
}

}  // namespace
}  // namespace twofold::test
