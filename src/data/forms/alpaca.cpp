#include "data/forms/alpaca.h"

#include <utility>

namespace twofold::forms {

Conversation conversation_of(const Instruction& instruction, InputPlace place) {
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();
  if (!instruction.system.empty()) {
    messages.push_back({{"role", "system"}, {"content", instruction.system}});
  }
  nlohmann::ordered_json user = {{"role", "user"}, {"content", instruction.instruction}};
  if (!instruction.input.empty()) {
    if (place == InputPlace::kApart) {
      user["input"] = instruction.input;
    } else {
      user["content"] = instruction.instruction + "\n" + instruction.input;
    }
  }
  messages.push_back(std::move(user));
  Conversation conversation;
  conversation.prompt_messages = messages.size();
  messages.push_back({{"role", "assistant"}, {"content", instruction.output}});
  conversation.trained.resize(messages.size());
  conversation.row["messages"] = std::move(messages);
  return conversation;
}

}  // namespace twofold::forms
