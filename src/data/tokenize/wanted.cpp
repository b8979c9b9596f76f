#include "data/tokenize/wanted.h"

#include "chat/conversation.h"

namespace twofold {
namespace {

/// The assistant's last turn; the number of messages if it has none.
size_t last_of_assistant(const nlohmann::ordered_json& messages) {
  for (size_t i = messages.size(); i > 0; --i) {
    if (chat::is_assistant(messages[i - 1])) return i - 1;
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
                      (train_on == TrainOn::kAssistant && chat::is_assistant(messages[i])) ||
                      (train_on == TrainOn::kLast && i == last);
    const bool told = i < conversation.trained.size() && conversation.trained[i].has_value();
    wanted.messages.push_back(told ? *conversation.trained[i] : rule);
  }
  return wanted;
}

}  // namespace twofold
