#pragma once

#include "data/forms/example.h"
#include "data/forms/record_fields.h"
#include "data/forms/settings.h"

namespace twofold::forms {

/// The conversation in the record's list of messages (Form::kMessages) or turns (kShareGpt), with
/// its tools. Throws an Error that names the message and its field.
Conversation conversation_in(const RecordFields& record, Form form);

/// The conversation in two lists of messages, a prompt and a completion.
Conversation conversation_in(const RecordFields& record, const nlohmann::ordered_json& prompt,
                             const nlohmann::ordered_json& completion);

/// Puts a system turn in front of a conversation that has none.
void add_system_turn(Conversation& conversation, const std::string& text);

}  // namespace twofold::forms
