#include "tasks/measure_texts.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "base/error.h"
#include "stats/bleu.h"
#include "support/kept.h"

namespace twofold::tasks {
namespace {

TEST(MeasureTexts, ScoresGsm8kAsLmEvalDoes) {
  const Task task = load_task("gsm8k");
  for (const auto& row : test::kept("tasks/kept/gsm8k")) {
    const std::vector<Item> items = {{.targets = {row["target"]}}};
    const std::vector<TaskMetric> found = measure_texts(task, items, {{.text = row["text"]}});
    ASSERT_EQ(found.size(), 2);
    for (const TaskMetric& metric : found) {
      EXPECT_EQ(metric.numbers.value(), row.at(metric.name).get<double>()) << row;
    }
  }
}

/// A folder with one data file.
class WrittenTasks : public testing::Test {
 protected:
  WrittenTasks() { std::filesystem::create_directories(folder_); }
  ~WrittenTasks() override { std::filesystem::remove_all(folder_); }
  std::vector<Item> items(const std::string& id, const std::string& file, const std::string& text,
                          std::optional<size_t> limit = {}) {
    std::ofstream(folder_ / file) << text;
    return load_items(load_task(id), {.data = folder_, .limit = limit, .num_fewshot = 0});
  }
  static double score(const std::string& id, const std::vector<Item>& items,
                      const std::vector<std::string>& texts) {
    std::vector<Answer> answers;
    for (const std::string& text : texts) answers.push_back({.text = text});
    return measure_texts(load_task(id), items, answers).front().numbers.value();
  }
  const Path folder_ = Path(testing::TempDir()) / ("written-" + std::to_string(getpid()));
};

TEST_F(WrittenTasks, ScanIsRightWordByWord) {
  const auto asked = items("scan", "scan_simple_test.txt",
                           "IN: jump twice OUT: I_JUMP I_JUMP\nIN: walk OUT: I_WALK\n");
  ASSERT_EQ(asked.size(), 2);
  EXPECT_EQ(asked[0].contexts.front(), "IN: jump twice OUT:");
  EXPECT_EQ(score("scan", asked, {" I_JUMP I_JUMP", " I_WALK I_WALK"}), 0.5);
}

TEST_F(WrittenTasks, TheReferencesOfOneMeaningCountTogether) {
  const std::string file =
      "name : A | food : X||A serves X .\nname : B||B is a pub .\nname : A | food : X||At A , "
      "there is X food . \n";
  const auto asked = items("e2e", "e2e_test.txt", file);
  ASSERT_EQ(asked.size(), 2);
  EXPECT_EQ(asked[0].contexts.front(), "name : A | food : X||");
  EXPECT_EQ(asked[0].targets,
            (std::vector<std::string>{"A serves X .", "At A , there is X food ."}));
  EXPECT_TRUE(asked[1].where.ends_with("e2e_test.txt:2")) << asked[1].where;
  EXPECT_NEAR(score("e2e", asked, {"At A , there is X food .", "B is a pub ."}), 100, 1e-9);
  EXPECT_EQ(items("e2e", "e2e_test.txt", file, 1).size(), 1) << "a limit counts meanings";
}

TEST_F(WrittenTasks, TheReferencesTasksAreAskedInAChat) {
  const auto asked = items("mnli_rollout", "mnli_validation_matched.jsonl",
                           R"({"premise": "It rains.", "hypothesis": "It is wet.", "label": 0})"
                           "\n");
  EXPECT_TRUE(load_task("mnli_rollout").apply_chat_template);
  EXPECT_TRUE(asked[0].contexts.front().ends_with("premise: It rains.\nhypothesis: It is wet.\n"));
  EXPECT_EQ(score("mnli_rollout", asked, {" Entailment\n"}), 1);
  EXPECT_EQ(score("mnli_rollout", asked, {"entailment<|im_end|>"}), 0);
}

TEST_F(WrittenTasks, AnInstructionWithAnInputIsTheSystemsTurn) {
  const auto asked = items("alpaca_rollout", "alpaca.jsonl",
                           R"({"instruction": "Add.", "input": "1 2", "output": "3"})"
                           "\n"
                           R"({"instruction": "Rhyme.", "input": "", "output": "No."})"
                           "\n");
  EXPECT_EQ(asked[0].system, "Add.");
  EXPECT_EQ(asked[0].contexts.front(), "1 2");
  EXPECT_EQ(asked[1].system, "");
  EXPECT_EQ(asked[1].contexts.front(), "Rhyme.");
  EXPECT_EQ(score("alpaca_rollout", asked, {"3\n", "no."}), 0.5);
}

TEST_F(WrittenTasks, OfMmluTheFirstLetterCounts) {
  const auto asked = items("mmlu_rollout", "mmlu_validation.jsonl",
                           R"({"question": "q", "choices": ["w", "x", "y", "z"], "answer": 1})"
                           "\n");
  EXPECT_EQ(score("mmlu_rollout", asked, {"\n b: x\nbecause"}), 1);
  EXPECT_EQ(score("mmlu_rollout", asked, {"A, not B"}), 0);
}

/// A document that any of the reference's tasks can be asked of; LABEL is its right answer.
std::string row_with(const std::string& label) {
  std::string row =
      R"({"premise": "p", "hypothesis": "h", "question1": "q", "question2": "r", "sentence": "s _",)"
      R"( "context": "c", "question": "q", "answerA": "x", "answerB": "y", "answerC": "z",)"
      R"( "option1": "x", "option2": "y", "choices": ["w", "x", "y", "z"],)"
      R"( "label": LABEL, "answer": LABEL})"
      "\n";
  for (size_t at = row.find("LABEL"); at != row.npos; at = row.find("LABEL")) {
    row.replace(at, 5, label);
  }
  return row;
}

TEST_F(WrittenTasks, TakeTheLabelsThatArePublished) {
  const auto targets = [&](const std::string& id, const std::string& file,
                           const std::vector<std::string>& labels) {
    std::string rows, found;
    for (const std::string& label : labels) rows += row_with(label);
    for (const Item& item : items(id, file, rows)) found += item.targets.front() + " ";
    return found;
  };
  EXPECT_EQ(targets("mnli_rollout", "mnli_validation_matched.jsonl", {"0", "1", "\"2\""}),
            "entailment neutral contradiction ");
  EXPECT_EQ(targets("qqp_rollout", "qqp_validation.jsonl", {"0", "1"}), "no yes ");
  EXPECT_EQ(targets("sst2_rollout", "sst2_validation.jsonl", {"0", "1"}), "negative positive ");
  EXPECT_EQ(targets("siqa_rollout", "siqa_validation.jsonl", {"\"1\"", "\"2\"", "3"}), "A B C ");
  EXPECT_EQ(targets("winogrande_rollout", "winogrande_valid.jsonl", {"\"1\"", "2"}), "A B ");
  EXPECT_EQ(targets("mmlu_rollout", "mmlu_validation.jsonl", {"0", "3", "\"B\"", "\"D\""}),
            "A D B D ");
}

TEST_F(WrittenTasks, RefuseALabelThatNoAnswerHas) {
  const std::map<std::string, std::string> files = {
      {"mnli_rollout", "mnli_validation_matched.jsonl"}, {"qqp_rollout", "qqp_validation.jsonl"},
      {"sst2_rollout", "sst2_validation.jsonl"},         {"siqa_rollout", "siqa_validation.jsonl"},
      {"social_iqa", "social_iqa_validation.jsonl"},     {"winogrande", "winogrande_valid.jsonl"},
      {"winogrande_rollout", "winogrande_valid.jsonl"},  {"mmlu_rollout", "mmlu_validation.jsonl"}};
  const auto refuses = [&](const std::string& id, const std::string& label) {
    const std::string& file = files.at(id);
    EXPECT_THAT([&] { items(id, file, row_with("1") + row_with(label)); },
                testing::ThrowsMessage<Error>(testing::HasSubstr(file + ":2")))
        << id << ", " << label;
  };
  for (const auto& [id, file] : files) {
    for (const char* label : {"-1", "4", "\"4\"", "1.5", "\"\"", "\"E\"", "null", "[]"}) {
      refuses(id, label);
    }
  }
  for (const char* id : {"siqa_rollout", "winogrande_rollout", "social_iqa", "winogrande"}) {
    for (const char* label : {"0", "\"B\""}) refuses(id, label);
  }
  EXPECT_THAT([&] { items("siqa_rollout", files.at("siqa_rollout"), row_with("\"B\"")); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("'index' of 'B'")));
}

TEST_F(WrittenTasks, OfTheReferenceAloneHaveTheBareIdToo) {
  for (const char* id : {"siqa", "squad", "alpaca"}) {
    const Task task = load_task(id);
    const Task rollout = load_task(id + std::string(kRollout));
    EXPECT_EQ(task.task, id);
    EXPECT_EQ(task.doc_to_text, rollout.doc_to_text);
    EXPECT_EQ(task.data_files, rollout.data_files);
  }
  EXPECT_FALSE(load_task("mnli").apply_chat_template) << "is lm-eval's";
  EXPECT_EQ(items("siqa", "siqa_validation.jsonl", row_with("2"))[0].targets.front(), "B");
}

TEST_F(WrittenTasks, SayTheirMetricsBeforeTheyAreAsked) {
  std::vector<std::string> names;
  for (const TaskMetric& metric : metrics_of(load_task("gsm8k"))) names.push_back(metric.name);
  for (const TaskMetric& metric : metrics_of(load_task("piqa"))) names.push_back(metric.name);
  EXPECT_EQ(names, (std::vector<std::string>{"exact_match,strict-match",
                                             "exact_match,flexible-extract", "acc", "acc_norm"}));
}

TEST_F(WrittenTasks, AnAnswerOfSquadContainsTheRightWords) {
  const auto asked =
      items("squad_rollout", "squad_validation.jsonl",
            R"({"context": "c", "question": "q", "answers": {"text": ["Denver", "the Denver"]}})"
            "\n");
  EXPECT_EQ(asked[0].targets, std::vector<std::string>{"Denver"});
  EXPECT_EQ(score("squad_rollout", asked, {"It is DENVER."}), 1);
  EXPECT_THAT(  // every text would contain it
      [&] {
        items("squad_rollout", "squad_validation.jsonl",
              R"({"context": "c", "question": "q", "answers": {"text": []}})"
              "\n");
      },
      testing::ThrowsMessage<Error>(testing::HasSubstr("squad_validation.jsonl:1")));
}

TEST_F(WrittenTasks, FamiliesOfTasksTakeTheirFilesByName) {
  const auto numbers = items("dictlearn_16_v64", "dictlearn_16_v64.txt", "3 4 97 40 98 61\n");
  EXPECT_EQ(numbers[0].contexts.front(), "3 4 97 40 98");
  EXPECT_EQ(numbers[0].continuations.front(), " 61");
  const auto texts = items("ccaligned_fr_xx_ppl", "ccaligned_fr_xx.jsonl",
                           R"({"text": "un"})"
                           "\n");
  EXPECT_EQ(texts[0].targets.front(), "un");
  EXPECT_EQ(load_task("ccaligned_fr_xx_ppl").task, "ccaligned_fr_xx_ppl");
  EXPECT_THROW(load_task("dictlearn_"), Error);
  EXPECT_THROW(load_task("dictlearn_../x"), Error);
}

TEST_F(WrittenTasks, ADocumentWithoutItsGroupsFieldIsAnErrorWithItsLine) {
  std::ofstream(folder_ / "own.yaml")
      << "include: e2e\ndata_files: [rows.jsonl]\nprocess_docs: {}\ndoc_to_text: text\n"
         "doc_to_target: text\n";
  std::ofstream(folder_ / "rows.jsonl") << "{\"meaning\": \"a\", \"text\": \"x\"}\n{\"text\": "
                                           "\"y\"}\n";
  try {
    load_items(load_task((folder_ / "own.yaml").string()), {.data = folder_});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("rows.jsonl:2"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace twofold::tasks
