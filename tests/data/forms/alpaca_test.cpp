#include "data/forms/alpaca.h"

#include <gtest/gtest.h>

namespace twofold::forms {
namespace {

TEST(Alpaca, IsAChatOfOneAnswer) {
  const Conversation chat = conversation_of(
      {.instruction = "Add.", .input = "1 2", .output = "3", .system = "Count well."},
      InputPlace::kContent);
  EXPECT_EQ(chat.row.dump(),
            R"({"messages":[{"role":"system","content":"Count well."},)"
            R"({"role":"user","content":"Add.\n1 2"},{"role":"assistant","content":"3"}]})");
  EXPECT_EQ(chat.prompt_messages, 2U);
  EXPECT_EQ(chat.trained.size(), 3U);
}

TEST(Alpaca, AnInputMayStandByItself) {
  const Conversation chat =
      conversation_of({.instruction = "Add.", .input = "1 2", .output = "3"}, InputPlace::kApart);
  EXPECT_EQ(chat.row.dump(), R"({"messages":[{"role":"user","content":"Add.","input":"1 2"},)"
                             R"({"role":"assistant","content":"3"}]})");
  EXPECT_EQ(chat.prompt_messages, 1U);
}

TEST(Alpaca, WithoutAnInputThereIsNone) {
  for (const InputPlace place : {InputPlace::kContent, InputPlace::kApart}) {
    const Conversation chat = conversation_of({.instruction = "Sing.", .output = "La"}, place);
    EXPECT_EQ(chat.row["messages"][0].dump(), R"({"role":"user","content":"Sing."})");
  }
}

}  // namespace
}  // namespace twofold::forms
