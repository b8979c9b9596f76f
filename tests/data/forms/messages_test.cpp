#include "data/forms/messages.h"

#include "data/data_fixture.h"
#include "data/forms/forms.h"

namespace twofold::forms {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Conversation read(const std::string& record, const FormSettings& settings = {}) {
  Forms forms(settings);
  const ordered_json object = ordered_json::parse(record);
  forms.settle(object, "a.jsonl:7");
  return std::get<Conversation>(forms.read(object, "a.jsonl:7").content);
}

std::string fault(const std::string& record) {
  return error_of([&] { read(record); });
}

std::string messages(const std::string& record, const FormSettings& settings = {}) {
  return read(record, settings).row["messages"].dump();
}

TEST(Messages, RolesAndTextsStayAndSoDoOtherFields) {
  EXPECT_EQ(messages(R"({"messages": [{"content": "a", "role": "user", "name": "n"},
                                      {"role": "assistant", "content": "b", "reasoning_content": "c"}]})"),
            R"([{"role":"user","content":"a","name":"n"},)"
            R"({"role":"assistant","content":"b","reasoning_content":"c"}])");
}

TEST(Messages, ShareGptHasOtherNamesForRolesAndFields) {
  EXPECT_EQ(messages(R"({"system": "s", "conversations": [{"from": "human", "value": "a"},
                                                          {"from": "gpt", "value": "b"},
                                                          {"from": "observation", "value": "c"}]})"),
            R"([{"role":"system","content":"s"},{"role":"user","content":"a"},)"
            R"({"role":"assistant","content":"b"},{"role":"tool","content":"c"}])");
}

TEST(Messages, FieldsMayHaveNamesOfTheirOwn) {
  EXPECT_EQ(messages(R"({"dialog": [{"speaker": "user", "utterance": "a", "on": 0}]})",
                     {.form = Form::kMessages,
                      .fields = {{"messages", "dialog"},
                                 {"role", "speaker"},
                                 {"content", "utterance"},
                                 {"loss_weight", "on"}}}),
            R"([{"role":"user","content":"a"}])");
}

TEST(Messages, PartsOfAContentAreJoined) {
  EXPECT_EQ(messages(R"({"messages": [{"role": "user", "content": [{"type": "text", "value": "a"},
                        {"type": "text", "text": "b"}, {"text": "c"}]}]})"),
            R"([{"role":"user","content":"abc"}])");
  EXPECT_THAT(fault(R"({"messages": [{"role": "user", "content": [
                        {"type": "image_url", "image_url": {"url": "x"}}]}]})"),
              AllOf(HasSubstr("a.jsonl:7, messages/0/content"), HasSubstr("image_url")));
  EXPECT_THAT(fault(R"({"messages": [{"role": "user", "content": 5}]})"), HasSubstr("no text"));
}

TEST(Messages, SayWhichOfThemAreTrainedOn) {
  const Conversation chat =
      read(R"({"messages": [{"role": "user", "content": "a", "loss_weight": 0.0},
      {"role": "assistant", "content": "b", "loss_weight": 1.0},
      {"role": "assistant", "content": "c", "weight": 0}, {"role": "user", "content": "d"}]})");
  EXPECT_THAT(chat.trained, ElementsAre(false, true, false, std::nullopt));
  EXPECT_EQ(chat.row["messages"].dump().find("weight"), std::string::npos);
  EXPECT_THAT(fault(R"({"messages": [{"role": "user", "content": "a", "loss_weight": 0.5}]})"),
              AllOf(HasSubstr("messages/0/loss_weight"), HasSubstr("0.5")));
}

TEST(Messages, ToolsAreHandedOn) {
  const char* call =
      R"({"messages": [{"role": "assistant", "content": null, "tool_calls": [{"id": 1}]},
                                     {"role": "tool", "content": "5"}], "tools": )";
  const Conversation chat = read(std::string(call) + R"([{"type": "function"}]})");
  EXPECT_EQ(chat.row["tools"].dump(), R"([{"type":"function"}])");
  EXPECT_EQ(chat.row["messages"][0].dump(), R"({"role":"assistant","tool_calls":[{"id":1}]})");
  const Conversation written = read(std::string(call) + R"("[{\"type\": \"function\"}]"})");
  EXPECT_EQ(written.row["tools"], chat.row["tools"]);
  EXPECT_FALSE(read(std::string(call) + "[]}").row.contains("tools"));
  EXPECT_THAT(fault(std::string(call) + "5}"), HasSubstr("a.jsonl:7, tools"));
}

TEST(Messages, WhatElseATemplateIsGivenIsHandedOn) {
  const Conversation chat = read(R"({"messages": [{"role": "user", "content": "a"}], "id": 3,
      "documents": [{"title": "t"}], "chat_template_kwargs": {"enable_thinking": false}})");
  EXPECT_EQ(chat.row["documents"][0]["title"], "t");
  EXPECT_EQ(chat.row["enable_thinking"], false);
  EXPECT_FALSE(chat.row.contains("id"));
}

TEST(Messages, ASystemTurnIsAddedWhereThereIsNone) {
  const FormSettings kind = {.system_prompt = "Be kind."};
  EXPECT_EQ(messages(R"({"messages": [{"role": "user", "content": "a"}]})", kind),
            R"([{"role":"system","content":"Be kind."},{"role":"user","content":"a"}])");
  EXPECT_EQ(messages(R"({"messages": [{"role": "system", "content": "s"}]})", kind),
            R"([{"role":"system","content":"s"}])");
  EXPECT_EQ(messages(R"({"messages": [{"role": "developer", "content": "s"}]})", kind),
            R"([{"role":"developer","content":"s"}])");
}

TEST(Messages, APromptAndACompletionMayBeLists) {
  const Conversation chat = read(R"({"prompt": [{"role": "user", "content": "a"}],
                                     "completion": [{"role": "assistant", "content": "b"}]})",
                                 {.system_prompt = "s"});
  EXPECT_EQ(chat.row["messages"].size(), 3U);
  EXPECT_EQ(chat.prompt_messages, 2U);
  EXPECT_EQ(chat.trained.size(), 3U);
}

TEST(Messages, FaultsNameTheMessageAndTheField) {
  EXPECT_THAT(fault(R"({"messages": [{"role": "user", "content": "a"},
                                     {"role": "asistant", "content": "b"}]})"),
              AllOf(HasSubstr("a.jsonl:7, messages/1/role"), HasSubstr("asistant"),
                    HasSubstr("did you mean `assistant`")));
  EXPECT_THAT(fault(R"({"conversations": [{"from": "narrator", "value": "a"}]})"),
              AllOf(HasSubstr("conversations/0/from"), HasSubstr("unknown role")));
  EXPECT_THAT(fault(R"({"messages": [{"role": "user"}]})"), HasSubstr("messages/0/content"));
  EXPECT_THAT(fault(R"({"messages": [{"role": "user", "content": "a"}, "b"]})"),
              HasSubstr("a.jsonl:7, messages/1"));
  EXPECT_THAT(error_of([] {
                const ordered_json empty = {{"messages", ordered_json::array()}};
                Forms forms({.form = Form::kMessages});
                forms.read(empty, "a.jsonl:7");
              }),
              HasSubstr("a conversation without messages"));
}

}  // namespace
}  // namespace twofold::forms
