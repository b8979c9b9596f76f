#pragma once
// The two ways to write out a record of the Alpaca form.

#include "data/forms/example.h"

namespace twofold::forms {

/// In the layout of Stanford Alpaca: a line that describes the task (or `system` in its place),
/// then the parts under headings. The completion is the output as it stands.
Completion completion_of(const Instruction& instruction);

/// As a chat: the instruction, and the input on the next line, are the user's turn. The prompt's
/// messages are those in front of the answer.
Conversation conversation_of(const Instruction& instruction);

}  // namespace twofold::forms
