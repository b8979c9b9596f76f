#pragma once
// A record of the Alpaca form as a chat.

#include "data/forms/example.h"

namespace twofold::forms {

/// Where the input of an instruction stands.
enum class InputPlace {
  kContent,  ///< the user's turn has it on the line behind the instruction: any template shows it
  kApart,    ///< the user's message has it as `input`, for which the plain layout has a heading
};

/// The instruction is the user's turn. The prompt's messages are those in front of the answer.
Conversation conversation_of(const Instruction& instruction, InputPlace place);

}  // namespace twofold::forms
