// What a model is asked: the same to the byte as lm-eval asks (tests/eval/lm_eval/make_prompts.py).

#include <gtest/gtest.h>

#include "support/kept.h"
#include "support/shared_data.h"
#include "tasks/items.h"
#include "tasks/task_folder.h"

namespace twofold::tasks {
namespace {

using nlohmann::json;

void expect_asked(const json& row, const std::vector<Item>& items) {
  const std::string name = row["task"].get<std::string>() + " " + row["num_fewshot"].dump();
  ASSERT_GE(items.size(), row["items"].size()) << name;
  for (size_t i = 0; i < row["items"].size(); ++i) {
    const json& theirs = row["items"][i];
    EXPECT_EQ(json(items[i].contexts), theirs["contexts"]) << name << ", item " << i;
    EXPECT_EQ(json(items[i].continuations), theirs["continuations"]) << name << ", item " << i;
    if (items[i].choices.empty()) {
      EXPECT_EQ(items[i].targets.front(), theirs["gold"]) << name << ", item " << i;
    } else {
      EXPECT_EQ(json(items[i].gold), json::array({theirs["gold"]})) << name << ", item " << i;
    }
  }
}

TEST(Prompts, AreThoseOfLmEvalOnMadeUpItems) {
  int rows = 0;
  for (const json& row : test::kept("tasks/kept/prompts")) {
    if (row["files"].is_null()) continue;
    const test::TaskFolder folder;
    for (const auto& [name, file] : row["files"].items()) folder.write_rows(name, file);
    expect_asked(row, load_items(load_task(row["task"]),
                                 {.data = folder.path(), .num_fewshot = row["num_fewshot"]}));
    ++rows;
  }
  EXPECT_EQ(rows, 20);
}

TEST(Prompts, HaveLmEvalsExamplesOfGsm8k) {
  SKIP_WITHOUT_SHARED_DATA();
  for (const json& row : test::kept("tasks/kept/prompts")) {
    if (row["task"] != "gsm8k") continue;
    expect_asked(row, load_items(load_task("gsm8k"),
                                 {.data = Path(TWOFOLD_SHARED_DATA_DIR) / "finetune", .limit = 3}));
  }
}

TEST(Prompts, OfTheLocalFilesAreReadAsTheyStand) {
  SKIP_WITHOUT_SHARED_DATA();
  const Path data = Path(TWOFOLD_SHARED_DATA_DIR) / "eval";
  const auto hellaswag = load_items(load_task("hellaswag"), {.data = data, .limit = 1});
  EXPECT_EQ(hellaswag[0].contexts[0], "Roof shingle removal: A man is sitting on a roof. he");
  EXPECT_EQ(hellaswag[0].continuations[3], " starts pulling up roofing on a roof.");
  EXPECT_EQ(hellaswag[0].gold, std::vector<size_t>{3});
  EXPECT_EQ(load_items(load_task("blimp"), {.data = data}).size(), 6700);
  const auto piqa = load_items(load_task("piqa"), {.data = data, .limit = 5});
  EXPECT_EQ(piqa[4].gold, std::vector<size_t>{0});
  EXPECT_EQ(piqa[3].gold, std::vector<size_t>{1});
  const auto arc = load_items(load_task("arc_challenge"), {.data = data, .limit = 1});
  EXPECT_EQ(arc[0].gold, std::vector<size_t>{2});
  EXPECT_EQ(arc[0].choices.size(), 4);
}

}  // namespace
}  // namespace twofold::tasks
