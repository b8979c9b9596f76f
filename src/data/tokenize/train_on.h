#pragma once
// data/train_on: which tokens of a record are learnt.

#include <array>
#include <utility>

namespace twofold {

enum class TrainOn {
  kAuto,        ///< the completion of a prompt; what the assistant writes in a chat; all of a text
  kAll,         ///< every token
  kCompletion,  ///< what follows the prompt; in a chat without one, the assistant's last turn
  kAssistant,   ///< every turn of the assistant's
  kLast,        ///< its last one
};

inline std::array<std::pair<TrainOn, const char*>, 5> config_names(TrainOn) {
  return {{{TrainOn::kAuto, "auto"},
           {TrainOn::kAll, "all"},
           {TrainOn::kCompletion, "completion"},
           {TrainOn::kAssistant, "assistant"},
           {TrainOn::kLast, "last"}}};
}

}  // namespace twofold
