#include "chat/conversation.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace twofold::chat {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse(std::string what) { fail({.what = std::move(what)}); }

/// A list of objects; `name` is its key in the row.
void check_objects(const ordered_json& list, const char* name) {
  if (!list.is_array()) refuse(fmt::format("`{}` is not a list", name));
  for (const ordered_json& one : list) {
    if (!one.is_object()) refuse(fmt::format("`{}` holds something else than objects", name));
  }
}

/// Old names of reasoning stand for the new one, and the other way round.
void alias_reasoning(ordered_json& message) {
  for (const char* name : {"reasoning_content", "thinking", "reasoning"}) {
    if (!message.contains(name)) continue;
    const ordered_json reasoning = message.at(name);
    ordered_json made = ordered_json::object();
    made["thinking"] = reasoning;
    for (const auto& [key, value] : message.items()) made[key] = value;
    made["reasoning_content"] = reasoning;
    message = std::move(made);
    return;
  }
}

ordered_json without_nulls(const ordered_json& message) {
  ordered_json made = ordered_json::object();
  for (const auto& [key, value] : message.items()) {
    if (!value.is_null()) made[key] = value;
  }
  return made;
}

}  // namespace

ordered_json variables_of(ordered_json row) {
  if (!row.contains("messages")) refuse("the line has no `messages`");
  ordered_json& messages = row["messages"];
  check_objects(messages, "messages");
  if (messages.empty()) refuse("an empty conversation");
  for (ordered_json& message : messages) {
    message = without_nulls(message);
    alias_reasoning(message);
  }
  for (const char* name : {"tools", "documents"}) {
    if (!row.contains(name)) row[name] = nullptr;
    if (!row[name].is_null()) check_objects(row[name], name);
  }
  if (!row.contains("add_generation_prompt")) row["add_generation_prompt"] = false;
  return row;
}

bool is_assistant(const ordered_json& message) { return message.value("role", "") == "assistant"; }

}  // namespace twofold::chat
