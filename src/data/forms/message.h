#pragma once
// One message of a conversation, as chat templates take it.

#include <optional>
#include <string>

#include "data/forms/record_fields.h"

namespace twofold::forms {

/// What the records call the list of messages and the fields of a message.
struct MessageKeys {
  std::string list, role, content, weight;
};

struct Message {
  /// `role` (a name of OpenAI's: human is user, gpt is assistant) and `content`, then the other
  /// fields of the message.
  nlohmann::ordered_json message;
  std::optional<bool> trained;
};

/// The message at place `index` of its list. Content is a text, or a list of parts with a `text` or
/// `value` each, which are joined; beside calls of tools it may be missing. Throws an Error that
/// names place and field for anything else, an unknown role, and a weight that is not 0 or 1.
Message message_of(const RecordFields& record, const nlohmann::ordered_json& given,
                   const MessageKeys& keys, size_t index);

}  // namespace twofold::forms
