#include "chat/conversation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace twofold::chat {
namespace {

std::string variables(const std::string& row) {
  return variables_of(nlohmann::ordered_json::parse(row)).dump();
}

TEST(Conversation, HasWhatTransformersGivesATemplate) {
  EXPECT_EQ(
      variables(R"({"messages": [{"role": "user", "content": null, "name": "x"}], "mine": 1})"),
      R"({"messages":[{"role":"user","name":"x"}],"mine":1,"tools":null,"documents":null,)"
      R"("add_generation_prompt":false})");
}

TEST(Conversation, ReasoningStandsUnderEachOfItsNames) {
  EXPECT_EQ(
      variables(R"({"messages": [{"role": "a", "reasoning": "r"}], "tools": [], "documents": [],
                          "add_generation_prompt": true})"),
      R"({"messages":[{"thinking":"r","role":"a","reasoning":"r","reasoning_content":"r"}],)"
      R"("tools":[],"documents":[],"add_generation_prompt":true})");
  EXPECT_EQ(
      variables(
          R"({"messages": [{"thinking": "t", "reasoning_content": "r"}], "tools": [], "documents": [],
                          "add_generation_prompt": true})"),
      R"({"messages":[{"thinking":"t","reasoning_content":"r"}],)"
      R"("tools":[],"documents":[],"add_generation_prompt":true})");
}

TEST(Conversation, RefusesWhatIsNone) {
  for (const char* row : {"{}", R"({"messages": 1})", R"({"messages": []})", R"({"messages": [1]})",
                          R"({"messages": [{"role": "user"}], "tools": [1]})",
                          R"({"messages": [{"role": "user"}], "documents": {}})"}) {
    EXPECT_THROW(variables(row), Error) << row;
  }
}

}  // namespace
}  // namespace twofold::chat
