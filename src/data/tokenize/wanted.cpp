#include "data/tokenize/wanted.h"

namespace twofold {
namespace {

bool is_assistant(const nlohmann::ordered_json& message) {
  return message.value("role", "") == "assistant";
}

/// The assistant's last turn; the number of messages if it has none.
size_t last_of_assistant(const nlohmann::ordered_json& messages) {
  for (size_t i = messages.size(); i > 0; --i) {
    if (is_assistant(messages[i - 1])) return i - 1;
  }
  return messages.size();
}

}  // namespace

chat::Wanted wanted_of(const forms::Conversation& conversation, TrainOn train_on) {
  const nlohmann::ordered_json& messages = conversation.row.at("messages");
  const size_t prompt = conversation.prompt_messages;
  if (train_on == TrainOn::kAuto) {
    train_on = prompt > 0 ? TrainOn::kCompletion : TrainOn::kAssistant;
  }
  if (train_on == TrainOn::kCompletion && prompt == 0) train_on = TrainOn::kLast;
  const size_t last = last_of_assistant(messages);
  chat::Wanted wanted{.messages = {}, .rest = train_on == TrainOn::kAll};
  for (size_t i = 0; i < messages.size(); ++i) {
    const bool rule = train_on == TrainOn::kAll ||
                      (train_on == TrainOn::kCompletion && i >= prompt) ||
                      (train_on == TrainOn::kAssistant && is_assistant(messages[i])) ||
                      (train_on == TrainOn::kLast && i == last);
    const bool told = i < conversation.trained.size() && conversation.trained[i].has_value();
    wanted.messages.push_back(told ? *conversation.trained[i] : rule);
  }
  return wanted;
}

}  // namespace twofold
