#pragma once
// Conversations as prompts: the layout of the model that answers them.

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "chat/layout.h"
#include "infer/continuation.h"

namespace twofold {

class ChatPrompts {
 public:
  /// Both are kept by reference.
  ChatPrompts(const LoadedModel& loaded, const Tokenizer& tokenizer);

  /// A conversation up to where the assistant begins to write. An Error if the template refuses it.
  Prompt of(nlohmann::ordered_json row, std::string where) const;
  /// The tokens that end a turn in this layout.
  const std::vector<int32_t>& ends() const { return ends_; }
  const std::string& layout() const { return layout_.name; }

 private:
  const Tokenizer& tokenizer_;
  chat::Layout layout_;
  std::vector<int32_t> ends_;
};

}  // namespace twofold
