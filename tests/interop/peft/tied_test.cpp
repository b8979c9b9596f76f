// PEFT folders of models whose table is the head, or whose head has another name.
#include "interop/peft/folder_fixture.h"

namespace twofold {
namespace {

TEST_F(PeftFolder, AHeadThatIsTiedToItsTableNeedsNoEntryOfItsOwn) {
  const auto config = small_config("llama", /*tied=*/true);
  for (const bool whole : {false, true}) {
    LoRAConfig lora = all_linear();
    lora.target_modules = {"q_proj"};
    lora.init = "kaiming";
    (whole ? lora.modules_to_save : lora.target_modules).push_back("wte");
    const std::string name = whole ? "whole" : "low";
    const NamedTensors saved = save(*config, lora, name);
    nlohmann::json text = json(name);
    auto& list = text[whole ? "modules_to_save" : "target_modules"];
    list = whole ? std::vector{"embed_tokens"} : std::vector{"q_proj", "embed_tokens"};
    const auto with = [&](bool tied) {
      text["ensure_weight_tying"] = tied;
      write_atomic(root_ / name / kPeftConfigFile, text.dump());
    };
    with(true);
    EXPECT_LE(largest_difference(saved, load(*config, name)), 1e-6) << name;
    with(false);
    EXPECT_THROW(load(*config, name), Error) << name;
  }
}

TEST_F(PeftFolder, AnAdapterThatTrainsEndsOfATiedModelApartNeedsTwoMatrices) {
  for (const char* family : {"llama", "gpt", "gpt_neox"}) {
    const auto tied = small_config(family, family != std::string("gpt"));
    const auto untied = small_config(family, family != std::string("gpt"));
    ASSERT_TRUE(tied->tie_word_embeddings);
    untied->untie_head();
    const auto check = [&](const LoRAConfig& lora, const std::string& name) {
      const std::string folder = family + std::string("-") + name;
      const NamedTensors saved = save(*untied, lora, folder);
      EXPECT_TRUE(trains_ends_apart(root_ / folder, *tied)) << folder;
      EXPECT_FALSE(trains_ends_apart(root_ / folder, *untied)) << folder;
      EXPECT_LE(largest_difference(saved, load(*untied, folder)), 1e-6) << folder;
      EXPECT_THROW(load(*tied, folder), Error) << folder;
    };
    for (const std::vector<std::string>& ends :
         std::vector<std::vector<std::string>>{{"wte"}, {"lm_head"}, {"wte", "lm_head"}}) {
      LoRAConfig low = all_linear(), whole = all_linear();
      low.init = "kaiming";
      low.target_modules.insert(low.target_modules.end(), ends.begin(), ends.end());
      whole.modules_to_save = ends;
      check(low, "low-" + ends.front() + ends.back());
      check(whole, "whole-" + ends.front() + ends.back());
      low.dora = true;
      check(low, "dora-" + ends.front() + ends.back());
    }
  }
}

TEST_F(PeftFolder, AnAdapterThatTrainsThemAsOneOrNeitherDoesNot) {
  const auto tied = small_config("llama", /*tied=*/true);
  LoRAConfig lora = all_linear();
  save(*tied, lora, "neither");
  EXPECT_FALSE(trains_ends_apart(root_ / "neither", *tied));
  lora.trained_tokens["wte"] = {3};
  save(*tied, lora, "rows");
  EXPECT_FALSE(trains_ends_apart(root_ / "rows", *tied));
  lora.trained_tokens.clear();
  lora.init = "kaiming";
  lora.target_modules.emplace_back("wte");
  save(*tied, lora, "low");
  EXPECT_FALSE(trains_ends_apart(root_ / "low", *tied));
  lora.modules_to_save = {"wte"};
  lora.target_modules.pop_back();
  save(*tied, lora, "whole");
  EXPECT_FALSE(trains_ends_apart(root_ / "whole", *tied));
}

TEST_F(PeftFolder, RowsOfATableThatIsTheHeadAreRefusedInAnUntiedModel) {
  const auto tied = small_config("llama", /*tied=*/true);
  LoRAConfig lora = all_linear();
  lora.trained_tokens["wte"] = {3};
  save(*tied, lora, "rows");
  tied->untie_head();
  EXPECT_THROW(load(*tied, "rows"), Error);
}

TEST_F(PeftFolder, TakesNeoXsHeadUnderItsOlderName) {
  const auto config = small_config("gpt_neox");
  LoRAConfig lora = all_linear();
  lora.modules_to_save = {"lm_head"};
  const NamedTensors saved = save(*config, lora, "a");
  NamedTensors tensors = read_tensors(root_ / "a" / kPeftWeightsFile);
  for (auto& [name, value] : tensors) {
    value = value.clone();
    if (name == "base_model.model.lm_head.weight") name = "base_model.model.embed_out.weight";
  }
  write_tensors(root_ / "a" / kPeftWeightsFile, tensors);
  nlohmann::json text = json("a");
  text["modules_to_save"] = {"embed_out"};
  write_atomic(root_ / "a" / kPeftConfigFile, text.dump());
  EXPECT_LE(largest_difference(saved, load(*config, "a")), 1e-6);
}

}  // namespace
}  // namespace twofold
