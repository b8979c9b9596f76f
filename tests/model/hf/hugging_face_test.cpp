// config.json into settings and back; what is refused.
#include "formats/safetensors.h"
#include "model/families/registry.h"
#include "model/hf/format.h"
#include "model/rope.h"
#include "model/support.h"
#include "tensor/io.h"

namespace twofold::test {
namespace {

nlohmann::json small_llama() {
  return {{"model_type", "llama"},         {"vocab_size", 11},       {"hidden_size", 8},
          {"intermediate_size", 12},       {"num_hidden_layers", 2}, {"num_attention_heads", 2},
          {"max_position_embeddings", 12}, {"eos_token_id", {4, 5}}, {"bos_token_id", nullptr}};
}

struct OutOfRange {
  const char* family;
  nlohmann::json config;
  const char* section;
  const char* field;
  std::vector<nlohmann::json> values;
};

std::vector<OutOfRange> out_of_range() {
  nlohmann::json neox = small_llama();
  neox["model_type"] = "gpt_neox";
  nlohmann::json gemma = small_llama();
  gemma["model_type"] = "gemma2";
  gemma["num_key_value_heads"] = 2;
  nlohmann::json llama3 = small_llama();
  llama3["rope_scaling"] = {{"rope_type", "llama3"}, {"factor", 2.0}, {"high_freq_factor", 4.0}};
  nlohmann::json longrope = small_llama();
  longrope["rope_scaling"] = {{"rope_type", "longrope"}, {"short_factor", {1.0}}};
  return {
      {"llama", small_llama(), "", "rms_norm_eps", {-1e-6, 0}},
      {"llama", small_llama(), "", "rope_theta", {-1, 0.0}},
      {"qwen", {{"model_type", "qwen2"}}, "", "rms_norm_eps", {0}},
      {"gpt", {{"model_type", "gpt2"}}, "", "layer_norm_epsilon", {-1e-5, 0}},
      {"gpt_neox", neox, "", "layer_norm_eps", {-1e-5, 0}},
      {"gpt_neox", neox, "", "rotary_pct", {-0.25, 0, 1.5}},
      {"llama", gemma, "", "query_pre_attn_scalar", {0, -4}},
      {"llama", gemma, "", "final_logit_softcapping", {-30}},
      {"llama", llama3, "rope_scaling", "low_freq_factor", {0, -1}},
      {"llama", llama3, "rope_scaling", "factor", {0, 1e9}},
      {"llama", longrope, "rope_scaling", "long_factor", {nlohmann::json::array({1.0, -1.0})}},
  };
}

TEST(ConfigureFromHf, NumbersOutOfRangeAreNamed) {
  for (const OutOfRange& one : out_of_range()) {
    for (const nlohmann::json& value : one.values) {
      nlohmann::json config = one.config;
      (*one.section ? config[one.section] : config)[one.field] = value;
      const std::string found = error_of(
          [&] { hf_format(*make_model_config(one.family)).from_hf(config, "config.json"); });
      const std::string name = std::string(*one.section ? "rope_scaling/" : "") + one.field;
      EXPECT_NE(found.find("config.json: " + name), std::string::npos) << found;
      for (const char* part : {"out of range", "expected:", "found:    ", "try:"}) {
        EXPECT_NE(found.find(part), std::string::npos) << one.field << ": " << found;
      }
      EXPECT_NE(found.find(value.dump()), std::string::npos) << found;
    }
  }
}

TEST(ConfigureFromHf, FillsAndReportsWhatTheUserLeftOpen) {
  const auto config = make_model_config("llama");
  const auto filled = configure_from_hf(*config, folder_of(small_llama()), {});
  EXPECT_EQ(config->n_embd, 8);
  EXPECT_EQ(config->eos_token_id, (std::vector<int64_t>{4, 5}));
  const std::pair<std::string, std::string> layers{"architecture/n_layers", "2"};
  EXPECT_NE(std::find(filled.begin(), filled.end(), layers), filled.end());
  for (const auto& [key, value] : filled) EXPECT_FALSE(key.ends_with("dropout")) << key;
}

TEST(ConfigureFromHf, HowItsWeightsWereTrainedIsNoSettingOfOurs) {
  nlohmann::json json = small_llama();
  json["attention_dropout"] = 0.1;
  const auto config = make_model_config("llama");
  configure_from_hf(*config, folder_of(json), {});
  EXPECT_EQ(config->attn_dropout, 0);
}

TEST(ConfigureFromHf, AllowsAShorterContextOnly) {
  const Path folder = folder_of(small_llama());
  const auto config = make_model_config("llama");
  config->block_size = 6;
  configure_from_hf(*config, folder, {"architecture/block_size"});
  EXPECT_EQ(config->block_size, 6);
  EXPECT_EQ(config->max_position_embeddings, 12);
  config->block_size = 24;
  EXPECT_THROW(configure_from_hf(*config, folder, {"architecture/block_size"}), Error);
}

TEST(ConfigureFromHf, ContradictionsAreAllNamed) {
  const auto config = make_model_config("llama");
  config->n_layers = 3;
  config->n_embd = 16;
  const std::string text = error_of([&] {
    configure_from_hf(*config, folder_of(small_llama()),
                      {"architecture/n_layers", "architecture/n_embd"});
  });
  EXPECT_NE(text.find("architecture/n_layers"), std::string::npos) << text;
  EXPECT_NE(text.find("architecture/n_embd"), std::string::npos) << text;
}

TEST(ConfigureFromHf, UnsupportedMeaningIsRefusedByName) {
  struct Case {
    const char* name;
    nlohmann::json value;
  };
  for (const auto& [name, value] :
       {Case{"hidden_act", "gelu"}, Case{"partial_rotary_factor", 0.5},
        Case{"rope_scaling", {{"rope_type", "spiral"}}}, Case{"quantization_config", {{"a", 1}}},
        Case{"hidden_size", "8"}}) {
    nlohmann::json json = small_llama();
    json[name] = value;
    const auto config = make_model_config("llama");
    const std::string text = error_of([&] { hf_format(*config).from_hf(json, "config.json"); });
    EXPECT_NE(text.find(name), std::string::npos) << name << ": " << text;
  }
}

TEST(ConfigureFromHf, ReadsBothLayoutsOfRope) {
  nlohmann::json old_layout = small_llama(), new_layout = small_llama();
  old_layout["rope_theta"] = 5e5;
  old_layout["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}};
  new_layout["rope_parameters"] = {{"rope_theta", 5e5}, {"rope_type", "linear"}, {"factor", 4.0}};
  nlohmann::json written[2];
  for (const int i : {0, 1}) {
    const auto config = make_model_config("llama");
    hf_format(*config).from_hf(i == 0 ? old_layout : new_layout, "config.json");
    written[i] = hf_format(*config).to_hf("float32");
  }
  EXPECT_EQ(written[0], written[1]);
  EXPECT_EQ(written[0]["rope_theta"], 5e5);
  EXPECT_EQ(written[0]["rope_scaling"]["factor"], 4.0);
}

TEST(ConfigureFromHf, ReadsRopeScalingWhereBothAreThere) {  // as transformers 5 does
  nlohmann::json json = small_llama();
  json["rope_parameters"] = {{"rope_theta", 5e5}, {"rope_type", "default"}};
  json["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 4.0}};
  const auto config = make_model_config("llama");
  hf_format(*config).from_hf(json, "config.json");
  EXPECT_EQ(hf_format(*config).to_hf("float32")["rope_scaling"]["factor"], 4.0);
  json["rope_scaling"] = nlohmann::json::object();
  hf_format(*config).from_hf(json, "config.json");
  EXPECT_EQ(hf_format(*config).to_hf("float32")["rope_theta"], 5e5);
}

TEST(ConfigureFromHf, NoNumberOfKeyHeadsMeansAsManyAsHeads) {
  nlohmann::json json = small_llama();
  json["model_type"] = "qwen2";
  json["num_key_value_heads"] = nullptr;
  const auto config = make_model_config("qwen");
  hf_format(*config).from_hf(json, "config.json");
  EXPECT_EQ(hf_format(*config).to_hf("float32")["num_key_value_heads"], 2);
}

TEST(ConfigureFromHf, KnowsTheNamesOfGelu) {
  const auto read = [](const std::string& family, const char* field, const char* name) {
    const bool gpt = family == "gpt";
    nlohmann::json json = small_llama();
    json["model_type"] = gpt ? "gpt2" : family;
    json[field] = name;
    const auto config = make_model_config(family);
    hf_format(*config).from_hf(json, "config.json");
    return hf_format(*config).to_hf("float32")[field].get<std::string>();
  };
  EXPECT_EQ(read("gpt_neox", "hidden_act", "gelu"), "gelu");
  EXPECT_EQ(read("gpt_neox", "hidden_act", "gelu_fast"), "gelu_new");
  EXPECT_EQ(read("gpt", "activation_function", "gelu_pytorch_tanh"), "gelu_new");
  EXPECT_EQ(read("gpt", "activation_function", "gelu"), "gelu");
  EXPECT_THROW(read("gpt", "activation_function", "relu"), Error);
}

TEST(ConfigureFromHf, WrittenOutDefaultsContradictNothing) {
  const Path folder = folder_of(small_llama());
  const auto config = make_model_config("llama");
  configure_from_hf(*config, folder, {"architecture/n_layers", "architecture/n_embd"});
  EXPECT_EQ(config->n_layers, 2);
}

TEST(HfGeneration, ReadsWhatEndsATextAndRefusesWhatItCannotDo) {
  const Path folder = folder_of(small_llama());
  const auto config = config_of_hf_folder(folder);
  EXPECT_EQ(hf_generation(*config, folder).end_tokens, (std::vector<int64_t>{4, 5}));
  const auto with = [&](const nlohmann::json& settings) {
    write_atomic(folder / "generation_config.json", settings.dump());
    return hf_generation(*config, folder);
  };
  const HfGeneration found = with({{"eos_token_id", {7, 8}}, {"repetition_penalty", 1.3}});
  EXPECT_EQ(found.end_tokens, (std::vector<int64_t>{7, 8}));
  EXPECT_EQ(found.repetition_penalty, 1.3);
  EXPECT_NE(error_of([&] {
              with({{"no_repeat_ngram_size", 3}});
            }).find("no_repeat_ngram_size"),
            std::string::npos);
  EXPECT_THROW(with({{"repetition_penalty", 0.0}}), Error);
}

TEST(ExportToHf, ModelsThatHaveNoCounterpartAreRefused) {
  EXPECT_THROW(hf_format(*make_model_config("gpt")).to_hf("float32"), Error);  // rotary GPT
  EXPECT_NO_THROW(hf_format(*configured("gpt", {"architecture.rope=false"})).to_hf("float32"));
}

TEST(ExportToHf, TiedHeadIsStoredOnceAndBothDtypeKeysAreWritten) {
  TestModel tested = tiny("llama", {"architecture.tie_word_embeddings=true"});
  const Path folder = unique_folder("tied");
  save_hf_folder(*tested.config, tested.model->parameters().named(), "bfloat16", folder);
  const formats::SafetensorsFile file(folder / "model.safetensors");
  EXPECT_EQ(file.find("lm_head.weight"), nullptr);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.find("model.embed_tokens.weight")->dtype, formats::DType::kBF16);
  const auto json = nlohmann::json::parse(read_text(folder / "config.json"));
  EXPECT_EQ(json["torch_dtype"], "bfloat16");
  EXPECT_EQ(json["dtype"], "bfloat16");
  EXPECT_TRUE(std::filesystem::exists(folder / "generation_config.json"));
  EXPECT_EQ(hf_dtype(folder), "bfloat16");
  EXPECT_THROW(save_hf_folder(*tested.config, {}, "bfloat16", folder), Error);
}

TEST(UntiedHead, StartsAsACopyOfTheTable) {
  for (const auto& [family, setting] : std::vector<std::pair<std::string, std::string>>{
           {"llama", "architecture.tie_word_embeddings=true"},
           {"gpt", "architecture.rope=false"}}) {
    TestModel tested = tiny(family, {setting});
    const Path folder = unique_folder("untied"), again = unique_folder("untied");
    save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder);
    const auto config = make_model_config(family);
    config->untie = true;
    for (const bool said : {true, false}) {  // of the folder, or of the run
      config->tie_word_embeddings = said;
      configure_from_hf(*config, folder, {"architecture/tie_word_embeddings"});
      EXPECT_FALSE(config->tie_word_embeddings) << family;
    }
    const auto model = config->build();
    load_hf_weights(*model, *config, folder);
    const at::Tensor& table = model->parameters().at("wte").weight.value;
    const at::Tensor& head = model->parameters().at("lm_head").weight.value;
    EXPECT_TRUE(at::equal(head, table)) << family;
    EXPECT_NE(head.const_data_ptr(), table.const_data_ptr()) << family;  // each may be trained
    save_hf_folder(*config, model->parameters().named(), "float32", again);
    EXPECT_FALSE(config_of_hf_folder(again)->tie_word_embeddings) << family;
    EXPECT_NE(error_of([&] {
                configure_from_hf(*config, again, {});
              }).find("architecture/backbone/untie"),
              std::string::npos);
  }
}

TEST(UntiedHead, IsTheTableUnderWhicheverNameTheFileHasIt) {
  TestModel tested = tiny("llama", {"architecture.tie_word_embeddings=true"});
  const Path folder = unique_folder("table"), renamed = unique_folder("renamed");
  save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder);
  NamedTensors tensors = read_tensors(folder / "model.safetensors");
  for (auto& [name, tensor] : tensors) {
    if (name == "model.embed_tokens.weight") name = "lm_head.weight";
  }
  std::filesystem::create_directories(renamed);
  write_tensors(renamed / "model.safetensors", tensors);
  std::filesystem::copy_file(folder / "config.json", renamed / "config.json");
  const auto config = make_model_config("llama");
  config->untie = true;
  configure_from_hf(*config, renamed, {});
  const auto model = config->build();
  load_hf_weights(*model, *config, renamed);
  const at::Tensor& table = tested.model->parameters().at("wte").weight.value;
  for (const char* path : {"wte", "lm_head"}) {
    EXPECT_TRUE(at::equal(model->parameters().at(path).weight.value, table)) << path;
  }
}

TEST(SaveHfFolder, KeepsTheContextThatRowsDidNotFill) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> families = {
      {"llama", {}}, {"qwen", {}}, {"gpt_neox", {}}, {"gpt", {"architecture.rope=false"}}};
  for (const auto& [family, settings] : families) {
    TestModel tested = tiny(family, settings);
    const Path folder = unique_folder("context"), again = unique_folder("context");
    save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder);
    const auto config = make_model_config(family);
    config->block_size = 5;
    configure_from_hf(*config, folder, {"architecture/block_size"});
    const auto model = config->build();
    load_hf_weights(*model, *config, folder);
    save_hf_folder(*config, model->parameters().named(), "float32", again);
    EXPECT_EQ(read_text(again / "model.safetensors"), read_text(folder / "model.safetensors"));
    EXPECT_EQ(config_of_hf_folder(again)->block_size, 12) << family;
  }
}

TEST(SaveHfFolder, KeepsWhatTheContextWasBeforeDynamicScaling) {
  nlohmann::json json = small_llama();
  json["rope_scaling"] = {{"type", "dynamic"}, {"factor", 4.0}};
  const auto config = config_of_hf_folder(folder_of(json));
  EXPECT_EQ(config->block_size, 48);
  config->block_size = 6;
  EXPECT_EQ(hf_format(*config).to_hf("float32")["max_position_embeddings"], 12);
}

TEST(SaveHfFolder, WritesThePaddingIdNullIncluded) {
  nlohmann::json json = small_llama();
  EXPECT_TRUE(hf_format(*config_of_hf_folder(folder_of(json)))
                  .to_hf("float32")
                  .at("pad_token_id")
                  .is_null());
  json["pad_token_id"] = 7;
  EXPECT_EQ(hf_format(*config_of_hf_folder(folder_of(json))).to_hf("float32").at("pad_token_id"),
            7);
}

/// The table `path` of a llama of `rows` rows that takes tokens 8 to 10 as new ones from `folder`.
at::Tensor grown_table(const Path& folder, const char* path, int64_t rows) {
  const auto config = make_model_config("llama");
  configure_from_hf(*config, folder, {});
  config->vocab_size = rows;
  const auto model = config->build();
  load_hf_weights(*model, *config, folder, {.first = 8, .count = 3});
  return model->parameters().at(path).weight.value;
}

TEST(LoadHfWeights, NewTokensStartAsTheMeanOfTheTokensBeforeThem) {
  for (const int64_t held : {8, 9, 13}) {  // no row for them, one, and more than they need
    TestModel tested = tiny("llama", {"architecture.vocab_size=" + std::to_string(held)});
    const Path folder = unique_folder("grown");
    save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder);
    for (const char* path : {"wte", "lm_head"}) {
      const at::Tensor was = tested.model->parameters().at(path).weight.value;
      const at::Tensor now = grown_table(folder, path, std::max<int64_t>(held, 11));
      EXPECT_TRUE(now.narrow(0, 0, 8).equal(was.narrow(0, 0, 8)));
      for (int64_t id = 8; id < 11; ++id) {
        EXPECT_TRUE(at::allclose(now[id], was.narrow(0, 0, 8).mean(0), 1e-6, 1e-7)) << path << id;
      }
      if (held > 11) {
        EXPECT_TRUE(now.narrow(0, 11, 2).equal(was.narrow(0, 11, 2)));
      }
    }
  }
}

TEST(LoadHfWeights, ATableMayNotLackRowsOfKnownTokens) {
  TestModel tested = tiny("llama", {"architecture.vocab_size=7"});
  const Path folder = unique_folder("short");
  save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder);
  const std::string text = error_of([&] { grown_table(folder, "wte", 11); });
  EXPECT_NE(text.find("embed_tokens.weight"), std::string::npos) << text;
}

TEST(Rope, YarnKeepsFastAndStretchesSlowFrequencies) {
  RopeConfig plain;
  plain.rotary_dim = 64;
  RopeConfig yarn = plain;
  yarn.rope_type = "yarn";
  yarn.factor = 4;
  yarn.original_max_position_embeddings = 2048;
  const at::Tensor ratio = yarn.inv_freq() / plain.inv_freq();
  EXPECT_DOUBLE_EQ(ratio[0].item<double>(), 1.0);
  EXPECT_DOUBLE_EQ(ratio[31].item<double>(), 0.25);
  EXPECT_TRUE((ratio.diff() <= 1e-12).all().item<bool>());
  EXPECT_NEAR(yarn.attention_scale(), 0.1 * std::log(4.0) + 1, 1e-12);
}

}  // namespace
}  // namespace twofold::test
