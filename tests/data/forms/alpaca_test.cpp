#include "data/forms/alpaca.h"

#include <gtest/gtest.h>

namespace twofold::forms {
namespace {

TEST(Alpaca, HasStanfordsLayout) {
  const Completion with = completion_of({.instruction = "Add.", .input = "1 2", .output = "3"});
  EXPECT_EQ(with.prompt,
            "Below is an instruction that describes a task, paired with an input that provides "
            "further context. Write a response that appropriately completes the request.\n\n"
            "### Instruction:\nAdd.\n\n### Input:\n1 2\n\n### Response:\n");
  EXPECT_EQ(with.completion, "3");
  const Completion without = completion_of({.instruction = "Sing.", .output = "La"});
  EXPECT_EQ(without.prompt,
            "Below is an instruction that describes a task. Write a response that appropriately "
            "completes the request.\n\n### Instruction:\nSing.\n\n### Response:\n");
}

TEST(Alpaca, TakesASystemPromptInPlaceOfTheFirstLine) {
  const Completion made =
      completion_of({.instruction = "Sing.", .output = "La", .system = "You are a bird."});
  EXPECT_EQ(made.prompt, "You are a bird.\n\n### Instruction:\nSing.\n\n### Response:\n");
}

TEST(Alpaca, IsAChatOfOneAnswer) {
  const Conversation chat = conversation_of(
      {.instruction = "Add.", .input = "1 2", .output = "3", .system = "Count well."});
  EXPECT_EQ(chat.row.dump(),
            R"({"messages":[{"role":"system","content":"Count well."},)"
            R"({"role":"user","content":"Add.\n1 2"},{"role":"assistant","content":"3"}]})");
  EXPECT_EQ(chat.prompt_messages, 2U);
  EXPECT_EQ(chat.trained.size(), 3U);
  EXPECT_EQ(conversation_of({.instruction = "Sing.", .output = "La"}).row["messages"][0]["content"],
            "Sing.");
}

}  // namespace
}  // namespace twofold::forms
