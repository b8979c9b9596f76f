#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tasks/items.h"
#include "tasks/task_folder.h"

namespace twofold::tasks {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* kTask = R"(output_type: multiple_choice
data_files: [mine.jsonl]
doc_to_text: "{{ question }}"
doc_to_choice: "{{ options }}"
doc_to_target: answer
metric_list: [{metric: acc}]
)";
constexpr const char* kRows = R"({"question": "1+1", "options": ["2", "3"], "answer": 0}
{"question": "1+2", "options": ["2", "3"], "answer": "3"}
)";

class Tasks : public testing::Test {
 protected:
  std::vector<Item> items(const std::string& yaml, const std::string& rows) {
    const Path task = folder_.write("mine.yaml", yaml);
    folder_.write("mine.jsonl", rows);
    return load_items(load_task(task.string()), {.data = folder_.path()});
  }
  void expect_refused(const std::string& yaml, const std::string& rows,
                      const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      EXPECT_THAT([&] { items(yaml, rows); }, ThrowsMessage<Error>(HasSubstr(word)));
    }
  }
  static std::string with(std::string text, const std::string& old, const std::string& now) {
    return text.replace(text.find(old), old.size(), now);
  }
  test::TaskFolder folder_;
};

TEST_F(Tasks, AllThatAreBuiltInAreSound) {
  for (const std::string& id : task_ids()) EXPECT_EQ(load_task(id).task, id);
  EXPECT_GE(task_ids().size(), 20);
}

TEST_F(Tasks, OfAUsersFileNeedNoCode) {
  const auto asked = items(kTask, kRows);
  ASSERT_EQ(asked.size(), 2);
  EXPECT_EQ(asked[0].contexts, std::vector<std::string>{"1+1"});
  EXPECT_EQ(asked[1].continuations, (std::vector<std::string>{" 2", " 3"}));
  EXPECT_EQ(asked[1].gold, std::vector<size_t>{1});
  EXPECT_THAT(asked[1].where, testing::EndsWith("mine.jsonl:2"));
}

TEST_F(Tasks, ReadTheirFilesHoweverTheyAreWritten) {
  const auto expected = items(kTask, R"({"question": "1+1", "options": ["2", "3"], "answer": 1})");
  std::filesystem::remove(folder_.path() / "mine.jsonl");
  const auto same = [&] {
    const auto found =
        load_items(load_task((folder_.path() / "mine.yaml").string()), {.data = folder_.path()});
    ASSERT_EQ(found.size(), 1);
    EXPECT_EQ(found[0].contexts, expected[0].contexts);
    EXPECT_EQ(found[0].continuations, expected[0].continuations);
    EXPECT_EQ(found[0].gold, expected[0].gold);
  };
  folder_.write("mine.csv", "question,options,answer\n1+1,\"[\"\"2\"\", \"\"3\"\"]\",1\n");
  same();
  folder_.write("mine.json", R"([{"question": "1+1", "options": ["2", "3"], "answer": 1}])");
  same();
}

TEST_F(Tasks, MayBeVariantsOfOthers) {
  const auto asked = items("include: piqa\ndata_files: [mine.jsonl]\ntarget_delimiter: \"\"\n",
                           R"({"goal": "go", "sol1": "a", "sol2": "b", "label": 1})");
  EXPECT_EQ(asked[0].contexts.front(), "Question: go\nAnswer:");
  EXPECT_EQ(asked[0].continuations, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Tasks, ThatIncludeEachOtherAreRefused) {
  expect_refused("include: mine.yaml\n", kRows, {"in a circle"});
}

TEST_F(Tasks, OfAnUnknownNameAreRefused) {
  EXPECT_THAT([] { load_task("piqua"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("no task"), HasSubstr("did you mean `piqa`"))));
}

TEST_F(Tasks, AreNamedOnceEach) {
  const Path mine = folder_.write("mine.yaml", kTask);
  const Path piqa = folder_.write("piqa.yaml", kTask);
  EXPECT_EQ(load_tasks({"piqa", mine.string()}, "--tasks").size(), 2);
  EXPECT_THAT(
      [&] {
        load_tasks({mine.string(), mine.string()}, "--tasks");
      },
      ThrowsMessage<Error>(
          AllOf(HasSubstr("a task twice"), HasSubstr("--tasks"), HasSubstr("mine"))));
  EXPECT_THAT(
      [&] {
        load_tasks({"piqa", piqa.string(), "sciqq"}, "--tasks");
      },
      ThrowsMessage<Error>(AllOf(HasSubstr("a task twice"), HasSubstr("`sciq`"))));
}

TEST_F(Tasks, HaveAFingerprintOfWhatIsAskedAndRight) {
  const std::string known = fingerprint(items(kTask, kRows));
  EXPECT_EQ(known.size(), 16);
  EXPECT_EQ(known, fingerprint(items(with(kTask, "[{metric: acc}]", "[{metric: acc_norm}]"),
                                     with(kRows, "\"answer\": \"3\"", "\"answer\": 1"))));
  for (const auto& [old, now] :
       {std::pair{"1+1", "1+3"}, std::pair{"[\"2\", \"3\"]", "[\"2\", \"4\"]"},
        std::pair{"\"answer\": 0", "\"answer\": 1"}}) {
    EXPECT_NE(known, fingerprint(items(kTask, with(kRows, old, now)))) << now;
  }
  std::vector<Item> fewer = items(kTask, kRows);
  fewer.pop_back();
  EXPECT_NE(known, fingerprint(fewer));
}

TEST_F(Tasks, WithAnUnknownMetricAreRefusedByLine) {
  expect_refused(with(kTask, "metric: acc", "metric: acurracy"), kRows,
                 {"mine.yaml:6", "acurracy", "acc_norm"});
  expect_refused(with(kTask, "metric: acc", "metric: bleu"), kRows, {"bleu", "of this kind"});
}

TEST_F(Tasks, WithOthersKeysAreRefusedByLine) {
  expect_refused(std::string(kTask) + "dataset_path: piqa\n", kRows, {"mine.yaml:7", "data_files"});
  expect_refused(std::string(kTask) + "doc_to_txt: piqa\n", kRows, {"mine.yaml:7", "doc_to_text"});
}

TEST_F(Tasks, WithABrokenTemplateAreRefused) {
  expect_refused(with(kTask, "{{ question }}", "{{ question "), kRows, {"doc_to_text"});
}

TEST_F(Tasks, SayWhatADocumentLacks) {
  expect_refused(kTask, R"({"qestion": "1+1", "options": ["2", "3"], "answer": 0})",
                 {"mine.jsonl:1", "question"});
  expect_refused(kTask, std::string(kRows) + R"({"question": "?", "options": [], "answer": 0})",
                 {"mine.jsonl:3", "no choices"});
}

TEST_F(Tasks, RefuseAnAnswerThatIsNotThere) {
  const std::string row = R"({"question": "1+1", "options": ["2", "3"], "answer": )";
  for (const char* answer : {"2}", "-1}", "\"4\"}", "null}", "[]}"}) {
    expect_refused(kTask, row + answer, {"mine.jsonl:1", "answer"});
  }
  expect_refused(kTask, row + "2}", {"0 to 1"});
}

TEST_F(Tasks, RefuseMalformedData) {
  expect_refused(kTask, std::string(kRows) + "{\"question\": ", {"mine.jsonl:3"});
  expect_refused(kTask, "\n", {"no documents"});
}

TEST_F(Tasks, NameTheFilesThatTheyLookFor) {
  EXPECT_THAT([&] { load_items(load_task("hellaswag"), {.data = folder_.path()}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("hellaswag_val.jsonl"), HasSubstr("--data"))));
}

TEST_F(Tasks, RefuseFewerLabelsThanDocuments) {
  folder_.write("piqa_valid.jsonl", R"({"goal": "a", "sol1": "b", "sol2": "c"})");
  folder_.write("piqa_valid-labels.lst", "");
  EXPECT_THAT([&] { load_items(load_task("piqa"), {.data = folder_.path()}); },
              ThrowsMessage<Error>(HasSubstr("fewer labels")));
}

TEST_F(Tasks, RefuseTooFewExamples) {
  const Path task = folder_.write("mine.yaml", std::string(kTask) + "num_fewshot: 2\n");
  folder_.write("mine.jsonl", kRows);
  EXPECT_THAT([&] { load_items(load_task(task.string()), {.data = folder_.path()}); },
              ThrowsMessage<Error>(HasSubstr("too few examples")));
}

}  // namespace
}  // namespace twofold::tasks
