// PEFT folders out and in again, for every variant and family. tests/clients has PEFT itself.
#include "interop/peft/folder_fixture.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(PeftFolder, BringsEveryVariantOfEveryFamilyBack) {
  for (const char* family : {"llama", "qwen", "gpt", "gpt_neox"}) {
    const auto config = small_config(family);
    for (const toy::Variant& variant : toy::variants()) {
      LoRAConfig lora = all_linear();
      variant.apply(lora);
      const bool tied = config->build()->parameters().find("lm_head") == nullptr;
      if (tied && !variant.tied) continue;
      const std::string name = std::string(family) + "-" + variant.name;
      const NamedTensors saved = save(*config, lora, name);
      EXPECT_LE(largest_difference(saved, load(*config, name)), 1e-6) << name;
    }
  }
}

TEST_F(PeftFolder, BringsTablesAndHeadsBackTiedOrNot) {
  for (const bool tied : {false, true}) {
    const auto config = small_config("llama", tied);
    for (const bool whole : {false, true}) {
      LoRAConfig lora = all_linear();
      lora.init = "kaiming";
      auto& list = whole ? lora.modules_to_save : lora.target_modules;
      list.push_back("wte");
      if (!tied) list.push_back("lm_head");
      const std::string name = std::string(tied ? "tied" : "untied") + (whole ? "-whole" : "");
      const NamedTensors saved = save(*config, lora, name);
      EXPECT_LE(largest_difference(saved, load(*config, name)), 1e-6) << name;
    }
  }
}

TEST_F(PeftFolder, BringsRowsOfTablesBackTiedOrNot) {
  for (const bool tied : {false, true}) {
    const auto config = small_config("llama", tied);
    LoRAConfig lora = all_linear();
    lora.trained_tokens["wte"] = {31, 2};
    if (!tied) lora.trained_tokens["lm_head"] = {5};
    const std::string name = tied ? "tied" : "untied";
    const NamedTensors saved = save(*config, lora, name);
    EXPECT_LE(largest_difference(saved, load(*config, name)), 1e-6) << name;
    const nlohmann::json tokens = json(name)["trainable_token_indices"];
    EXPECT_EQ(tokens["embed_tokens"], (std::vector<int64_t>{31, 2}));
    EXPECT_EQ(tokens.contains("lm_head"), !tied);
  }
}

TEST_F(PeftFolder, ReadsAPlainListOfTokensAsTheEmbeddings) {
  const auto config = small_config("gpt");
  LoRAConfig lora = all_linear();
  lora.trained_tokens["wte"] = {7};
  const NamedTensors saved = save(*config, lora, "a");
  nlohmann::json changed = json("a");
  changed["trainable_token_indices"] = {7};
  write_atomic(root_ / "a" / kPeftConfigFile, changed.dump());
  EXPECT_LE(largest_difference(saved, load(*config, "a")), 1e-6);
}

TEST_F(PeftFolder, RowsBesideAnAdapterOfTheSameTableAreRefused) {
  LoRAConfig lora = all_linear();
  lora.target_modules.push_back("wte");
  lora.trained_tokens["wte"] = {7};
  try {
    save(*small_config("llama"), lora, "a");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.problems()[0].where, "wte");
  }
}

TEST_F(PeftFolder, NamesExactlyTheLeavesThatWereTrained) {
  LoRAConfig lora = all_linear();
  lora.target_modules = {"blocks/0/attn/q_proj", "v_proj"};
  lora.rank_pattern = {{"blocks/0/attn/v_proj", 2}};
  save(*small_config("llama"), lora, "a");
  const nlohmann::json config = json("a");
  EXPECT_EQ(config["target_modules"],
            (std::vector<std::string>{"layers.0.self_attn.q_proj", "v_proj"}));
  EXPECT_EQ(config["rank_pattern"]["layers.0.self_attn.v_proj"], 2);
  EXPECT_EQ(config["lora_alpha"], 6);
  EXPECT_FALSE(config.contains("fan_in_fan_out"));
  const auto read = read_peft_folder(root_ / "a", *small_config("llama"),
                                     small_model(*small_config("llama"))->parameters());
  EXPECT_THAT(read.lora.target_modules,
              ElementsAre("blocks/0/attn/q_proj/kernel", "v_proj/kernel"));
  EXPECT_EQ(read.lora.rank, 4);
}

TEST_F(PeftFolder, AStartTakenFromTheWeightsIsWrittenWithTwiceTheRank) {
  LoRAConfig lora = all_linear();
  lora.init = "pissa";
  lora.rslora = true;
  save(*small_config("gpt"), lora, "a");
  EXPECT_EQ(json("a")["r"], 8);
  EXPECT_NEAR(json("a")["lora_alpha"].get<double>(), 6 * std::sqrt(2.0), 1e-12);
  EXPECT_EQ(json("a")["fan_in_fan_out"], true);
}

TEST_F(PeftFolder, CombinesAdaptersByWeight) {
  const auto config = small_config("llama");
  LoRAConfig second = all_linear();
  second.target_modules = {"attn"};
  second.alpha = 2;
  const NamedTensors a = save(*config, all_linear(), "a"), b = save(*config, second, "b");
  const auto model = small_model(*config);
  for (const char* method : {"cat", "svd"}) {
    const Combination both{.adapters = {{root_ / "a", 0.5}, {root_ / "b", -2}},
                           .method = method,
                           .rank = method == std::string("svd") ? 8 : 0};
    const PeftAdapter sum = combine_peft_folders(both, *config, model->parameters());
    attach_lora_params(model->parameters(), sum.tensors, sum.lora);
    const NamedTensors merged = merge_lora_params(model->parameters());
    detach_lora_params(model->parameters());
    NamedTensors expected;
    for (size_t i = 0; i < merged.size(); ++i) {
      const at::Tensor base = model->parameters().all()[i].weight.value;
      expected.emplace_back(merged[i].first,
                            base + (a[i].second - base) * 0.5 - (b[i].second - base) * 2);
    }
    EXPECT_LE(largest_difference(merged, expected), 2e-6) << method;
  }
}

TEST_F(PeftFolder, CombinesToTheRankThatWasAskedForOrRefuses) {
  const auto config = small_config("llama");
  save(*config, all_linear(), "a");
  const auto model = small_model(*config);
  const auto combine = [&](const char* method, int64_t rank) {
    return combine_peft_folders({.adapters = {{root_ / "a"}}, .method = method, .rank = rank},
                                *config, model->parameters());
  };
  EXPECT_EQ(combine("svd", 2).tensors[0].second.size(1), 2);
  EXPECT_THROW(combine("svd", -3), Error);
  EXPECT_THROW(combine("cat", 2), Error);
  EXPECT_THROW(combine("linear", 2), Error);
}

/// What PEFT's rules say about names, as an adapter_config.json gives them.
class PeftNamesTest : public PeftFolder {
 protected:
  PeftConfig read(const std::string& entries) const {
    const Path file = root_ / kPeftConfigFile;
    write_atomic(file, R"({"peft_type": "LORA", )" + entries + "}");
    return read_peft_config(file);
  }
};

TEST_F(PeftNamesTest, TheFirstKeyOfAPatternThatFitsDecides) {
  const PeftConfig config = read(
      R"("target_modules": ["q_proj"], "alpha_pattern": {"q_proj": 2, "layers.1.attn.q_proj": 9},
         "rank_pattern": {"layers.1.attn.q_proj": 3, "attn.q_proj": 5})");
  EXPECT_EQ(config.alpha_of("model.layers.1.attn.q_proj"), 2);
  EXPECT_EQ(config.rank_of("model.layers.1.attn.q_proj"), 3);
  EXPECT_EQ(config.rank_of("model.layers.0.attn.q_proj"), 5);
}

TEST_F(PeftNamesTest, ModulesToSaveAreEndsOfNamesDotOrNot) {
  const PeftConfig config = read(R"("target_modules": ["q_proj"], "modules_to_save": ["norm"])");
  EXPECT_TRUE(config.saves("model.norm"));
  EXPECT_TRUE(config.saves("model.layers.0.input_layernorm"));
  EXPECT_TRUE(config.saves("model.some_norm.inside"));
  EXPECT_FALSE(config.saves("model.norms"));
  EXPECT_FALSE(config.saves("model.layers.0.attn.q_proj"));
}

TEST_F(PeftNamesTest, AllLinearIsWrittenAsOneLikes) {
  EXPECT_TRUE(read(R"("target_modules": "ALL-LINEAR")").target_modules.all_linear);
}

TEST_F(PeftNamesTest, AnErrorTellsBothEndsOfARange) {
  for (const char* entry : {R"("r": 1099511627776)", R"("rank_pattern": {"q_proj": 1e12})"}) {
    try {
      read(R"("target_modules": ["q_proj"], )" + std::string(entry));
      ADD_FAILURE() << entry;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("1000000000"));
    }
  }
}

TEST_F(PeftNamesTest, PatternsTakeWhatTheirKeysTake) {
  const PeftConfig config = read(
      R"("target_modules": ["q_proj"], "r": 4.0, "lora_alpha": 0, "rank_pattern": {"q_proj": 8.0},
         "alpha_pattern": {"q_proj": 0})");
  EXPECT_EQ(config.r, 4);
  EXPECT_EQ(config.rank_of("model.layers.1.attn.q_proj"), 8);
  EXPECT_EQ(config.alpha_of("model.layers.1.attn.q_proj"), 0);
  for (const char* entry : {R"("r": 4.5)", R"("r": 0)", R"("rank_pattern": {"q_proj": 8.5})",
                            R"("rank_pattern": {"q_proj": 0})", R"("lora_alpha": -1)",
                            R"("alpha_pattern": {"q_proj": -1})"}) {
    EXPECT_THROW(read(R"("target_modules": ["q_proj"], )" + std::string(entry)), Error) << entry;
  }
}

TEST_F(PeftNamesTest, AdaptersOfOtherProgramsAreCalledWhatTheyAre) {
  const Path file = root_ / kPeftConfigFile;
  const auto refusal = [&] {
    try {
      read_peft_config(file);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  write_atomic(file, R"({"adapter_path": "adapters", "fine_tune_type": "lora", "num_layers": 16,
                         "lora_parameters": {"rank": 8, "dropout": 0.0, "scale": 20.0}})");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("mlx-lm"), HasSubstr("mlx_lm.fuse"),
                               Not(HasSubstr("save the adapter again with PEFT"))));
  write_atomic(file, R"({"model_class": "LlamaForCausalLM", "config": {"architecture": "lora"}})");
  EXPECT_THAT(refusal(), HasSubstr("merge_adapter"));
  std::filesystem::remove(file);
  EXPECT_THAT(refusal(), HasSubstr("save_pretrained"));
  write_atomic(root_ / "adapters.safetensors", "");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("no adapter_config.json"), HasSubstr("mlx_lm.fuse")));
}

/// The text of the Error that reading the folder throws.
std::string refusal(const Path& folder) {
  const auto config = small_config("llama");
  try {
    read_peft_folder(folder, *config, config->build()->parameters());
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST_F(PeftFolder, RefusesWhatItDoesNotUnderstandByName) {
  save(*small_config("llama"), all_linear(), "a");
  const nlohmann::json good = json("a");
  const std::vector<std::pair<std::string, nlohmann::json>> faults = {
      {"use_qalora", true},
      {"r", 0},
      {"r", "many"},
      {"peft_type", "IA3"},
      {"target_modules", nullptr},
      {"target_modules", "("},
      {"bias", "some"},
      {"alora_invocation_tokens", nlohmann::json::array({1})},
      {"trainable_token_indices", nlohmann::json::array({1, 1})},
      {"trainable_token_indices", nlohmann::json::array({-1})},
      {"trainable_token_indices", nlohmann::json::array({32})},
      {"trainable_token_indices", nlohmann::json::object({{"nowhere", {1}}})},
      {"trainable_token_indices", nlohmann::json::object({{"q_proj", {1}}})}};
  for (const auto& [key, value] : faults) {
    nlohmann::json bad = good;
    bad[key] = value;
    write_atomic(root_ / "a" / kPeftConfigFile, bad.dump());
    EXPECT_THAT(refusal(root_ / "a"), HasSubstr(key));
  }
  nlohmann::json bad = good;
  bad["trainable_token_indices"] = {1};
  write_atomic(root_ / "a" / kPeftConfigFile, bad.dump());
  EXPECT_THAT(refusal(root_ / "a"), HasSubstr("embed_tokens.token_adapter.trainable_tokens_delta"));
  EXPECT_THAT(refusal(root_ / "nothing"), HasSubstr(kPeftConfigFile));
}

TEST_F(PeftFolder, RefusesTensorsThatDoNotFit) {
  save(*small_config("llama"), all_linear(), "a");
  const Path file = root_ / "a" / kPeftWeightsFile;
  NamedTensors tensors = read_tensors(file);
  for (auto& tensor : tensors) tensor.second = tensor.second.clone();
  const auto with = [&](const NamedTensors& changed) {
    write_tensors(file, changed);
    return refusal(root_ / "a");
  };
  NamedTensors half(tensors.begin() + 1, tensors.end());
  EXPECT_THAT(with(half), HasSubstr(tensors[0].first));
  NamedTensors more = tensors;
  more.emplace_back("base_model.model.model.norm.weight", at::ones({16}));
  EXPECT_THAT(with(more), HasSubstr("model.norm.weight"));
  tensors[0].second.view({-1})[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(with(tensors), AllOf(HasSubstr("not finite"), HasSubstr(file.string()),
                                   HasSubstr(tensors[0].first + "[0, 0]"), HasSubstr("NaN")));
  tensors[0].second = tensors[0].second.to(at::kDouble).fill_(1e300);
  EXPECT_THAT(with(tensors), HasSubstr("beyond the range of float32"));
}

}  // namespace
}  // namespace twofold
