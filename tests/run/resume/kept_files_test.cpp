#include "run/resume/kept_files.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "run/tiny_run.h"
#include "tokenizer/load/bytes_files.h"

namespace twofold {
namespace {

using test::TinyRun;

/// A folder of weights with a tokenizer, as far as files go that are kept.
Path put_folder(const Path& folder) {
  std::filesystem::create_directories(folder);
  for (const auto& [name, text] : bytes_tokenizer_files()) write_atomic(folder / name, text);
  write_atomic(folder / "generation_config.json", R"({"eos_token_id": 3})");
  return folder;
}

FileTexts expected() {
  FileTexts files = bytes_tokenizer_files();
  files["generation_config.json"] = R"({"eos_token_id": 3})";
  return files;
}

TEST(KeptFiles, AreGatheredFromTheFoldersOfTheConfig) {
  TinyRun run("gathered");
  EXPECT_TRUE(gather_files(run.config).empty());
  run.config.model->weights = put_folder(run.spec.root / "model").string();
  EXPECT_EQ(gather_files(run.config), expected());
  run.config.tokenizer.backend = "bytes";
  EXPECT_THAT(gather_files(run.config),
              testing::ElementsAre(testing::Key("generation_config.json")));
}

TEST(KeptFiles, OfAnOlderFolderSayWhatItsConfigSaysOfGeneration) {
  TinyRun run("older");
  const Path folder = run.spec.root / "model";
  std::filesystem::create_directories(folder);
  write_atomic(folder / "config.json",
               R"({"model_type": "llama", "eos_token_id": [1, 2], "num_beams": 2, "top_k": null})");
  run.config.model->weights = folder.string();
  const FileTexts files = gather_files(run.config);
  const auto said = nlohmann::json::parse(files.at("generation_config.json"));
  EXPECT_EQ(said, nlohmann::json::parse(R"({"eos_token_id": [1, 2], "num_beams": 2})"));
}

TEST(KeptFiles, StayWhatTheyWereUnlessOtherFoldersAreNamed) {
  TinyRun run("stay"), now("now");
  run.config.model->weights = put_folder(run.spec.root / "model").string();
  now.config.model->weights = run.config.model->weights;
  const FileTexts kept = gather_files(run.config);
  write_atomic(run.spec.root / "model/tokenizer_config.json", "{}");
  EXPECT_EQ(files_going_on(now.config, run.config, kept), kept);
  now.config.model->weights = put_folder(now.spec.root / "other").string();
  write_atomic(now.spec.root / "other/tokenizer_config.json", "{}");
  EXPECT_EQ(files_going_on(now.config, run.config, kept).at("tokenizer_config.json"), "{}");
  now.config.model->weights = (now.spec.root / "gone").string();
  EXPECT_EQ(files_going_on(now.config, run.config, kept), kept);
}

TEST(KeptFiles, AreNeverPartsOfTwoTokenizers) {
  TinyRun run("parts");
  run.config.model->weights = put_folder(run.spec.root / "model").string();
  FileTexts kept = {{"tokenizer.model", "pieces"}};
  complete_files(run.config, kept);
  EXPECT_THAT(kept, testing::ElementsAre(testing::Key("generation_config.json"),
                                         testing::Key("tokenizer.model")));
  FileTexts none;
  complete_files(run.config, none);
  EXPECT_EQ(none, expected());
}

}  // namespace
}  // namespace twofold
