#include "data/tokenize/wanted.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

using forms::Conversation;

Conversation chat(size_t prompt_messages = 0) {
  Conversation made;
  for (const char* role : {"system", "user", "assistant", "user", "assistant"}) {
    made.row["messages"].push_back({{"role", role}, {"content", "x"}});
  }
  made.trained.resize(5);
  made.prompt_messages = prompt_messages;
  return made;
}

/// A digit for each message, and + if the rest is learnt too.
std::string wanted(const Conversation& conversation, TrainOn train_on) {
  const chat::Wanted made = wanted_of(conversation, train_on);
  std::string text;
  for (const bool one : made.messages) text += one ? '1' : '0';
  return text + (made.rest ? "+" : "");
}

TEST(Wanted, OfAChatWhatTheAssistantWrites) {
  EXPECT_EQ(wanted(chat(), TrainOn::kAuto), "00101");
  EXPECT_EQ(wanted(chat(), TrainOn::kAssistant), "00101");
  EXPECT_EQ(wanted(chat(), TrainOn::kLast), "00001");
  EXPECT_EQ(wanted(chat(), TrainOn::kCompletion), "00001");
  EXPECT_EQ(wanted(chat(), TrainOn::kAll), "11111+");
}

TEST(Wanted, OfAPromptAndItsCompletionTheCompletion) {
  EXPECT_EQ(wanted(chat(3), TrainOn::kAuto), "00011");
  EXPECT_EQ(wanted(chat(3), TrainOn::kCompletion), "00011");
  EXPECT_EQ(wanted(chat(3), TrainOn::kAssistant), "00101");
}

TEST(Wanted, ARecordMaySayItOfEachMessage) {
  Conversation weighed = chat();
  weighed.trained[1] = true;
  weighed.trained[4] = false;
  EXPECT_EQ(wanted(weighed, TrainOn::kAuto), "01100");
  EXPECT_EQ(wanted(weighed, TrainOn::kAll), "11110+");
}

TEST(Wanted, AChatInWhichNobodyAnswersHasNothing) {
  Conversation silent;
  silent.row["messages"] = {{{"role", "user"}, {"content", "x"}}};
  EXPECT_EQ(wanted(silent, TrainOn::kLast), "0");
  EXPECT_EQ(wanted(silent, TrainOn::kAuto), "0");
}

}  // namespace
}  // namespace twofold
