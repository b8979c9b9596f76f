#pragma once
// data/train_on, for the messages of a conversation.

#include "chat/encode.h"
#include "data/forms/example.h"
#include "data/tokenize/train_on.h"

namespace twofold {

/// Which messages of a conversation are learnt: those of `train_on`, but for those of which the
/// record itself says something else.
chat::Wanted wanted_of(const forms::Conversation& conversation, TrainOn train_on);

}  // namespace twofold
