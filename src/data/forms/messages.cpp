#include "data/forms/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "data/forms/message.h"
#include "formats/json.h"

namespace twofold::forms {
namespace {

using nlohmann::ordered_json;

/// Adds the messages of a list to the conversation.
void add_messages(Conversation& conversation, const RecordFields& record, const ordered_json& list,
                  const MessageKeys& keys) {
  if (!list.is_array() || list.empty()) {
    record.refuse(keys.list, "a conversation without messages", "a list of messages",
                  formats::printable(list.dump()));
  }
  for (size_t i = 0; i < list.size(); ++i) {
    Message made = message_of(record, list[i], keys, i);
    conversation.row["messages"].push_back(std::move(made.message));
    conversation.trained.push_back(made.trained);
  }
}

/// Tools, which tables keep as a text of JSON, since they have no type for them.
void add_tools(Conversation& conversation, const RecordFields& record) {
  const std::string name = record.names().of("tools");
  const ordered_json* tools = record.find("tools");
  if (!tools) return;
  ordered_json list = *tools;
  if (list.is_string()) list = ordered_json::parse(list.get<std::string>(), nullptr, false);
  const auto is_object = [](const ordered_json& tool) { return tool.is_object(); };
  if (!list.is_array() || !std::all_of(list.begin(), list.end(), is_object)) {
    record.refuse(name, "tools that are no list of objects", "a list of JSON schemas",
                  formats::printable(tools->dump()));
  }
  if (!list.empty()) conversation.row["tools"] = std::move(list);
}

/// What else a template may be given.
void add_variables(Conversation& conversation, const RecordFields& record) {
  if (const ordered_json* documents = entry_of(record.record(), "documents")) {
    if (documents->is_array()) conversation.row["documents"] = *documents;
  }
  const ordered_json* more = entry_of(record.record(), "chat_template_kwargs");
  if (!more || !more->is_object()) return;
  for (const auto& [name, value] : more->items()) {
    if (!conversation.row.contains(name)) conversation.row[name] = value;
  }
}

MessageKeys keys_of(const FieldNames& names, Form form) {
  const bool sharegpt = form == Form::kShareGpt;
  return {.list = names.of("messages", sharegpt ? "conversations" : "messages"),
          .role = names.of("role", sharegpt ? "from" : "role"),
          .content = names.of("content", sharegpt ? "value" : "content"),
          .weight = names.of("loss_weight")};
}

}  // namespace

Conversation conversation_in(const RecordFields& record, Form form) {
  MessageKeys keys = keys_of(record.names(), form);
  if (!record.record().contains(keys.list) && !record.names().is_mapped("messages")) {
    keys.list = form == Form::kShareGpt ? "messages" : "conversations";
  }
  const auto list = record.record().find(keys.list);
  if (list == record.record().end()) {
    const std::string usual = keys_of(record.names(), form).list;
    record.refuse(usual, "a record lacks a field",
                  fmt::format("a list of messages under `{}`", usual), names_in(record.record()),
                  "correct the record; or name its field: data/fields: {messages: …}");
  }
  Conversation conversation;
  add_messages(conversation, record, *list, keys);
  add_system_turn(conversation, record.text_or("system", ""));
  add_tools(conversation, record);
  add_variables(conversation, record);
  return conversation;
}

Conversation conversation_in(const RecordFields& record, const ordered_json& prompt,
                             const ordered_json& completion) {
  Conversation conversation;
  MessageKeys keys = keys_of(record.names(), Form::kMessages);
  keys.list = record.names().of("prompt");
  add_messages(conversation, record, prompt, keys);
  conversation.prompt_messages = conversation.trained.size();
  keys.list = record.names().of("completion");
  add_messages(conversation, record, completion, keys);
  add_tools(conversation, record);
  add_variables(conversation, record);
  return conversation;
}

void add_system_turn(Conversation& conversation, const std::string& text) {
  ordered_json& messages = conversation.row["messages"];
  const std::string first = messages.front()["role"];
  if (text.empty() || first == "system" || first == "developer") return;
  messages.insert(messages.begin(), ordered_json{{"role", "system"}, {"content", text}});
  conversation.trained.insert(conversation.trained.begin(), std::nullopt);
  if (conversation.prompt_messages > 0) ++conversation.prompt_messages;
}

}  // namespace twofold::forms
