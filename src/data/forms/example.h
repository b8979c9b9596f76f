#pragma once
// What one record of a source teaches, whatever form it was written in.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace twofold::forms {

/// A document.
struct Text {
  std::string text = {};
};

/// A text that is given, and the one that follows it. The two are joined as they stand.
struct Completion {
  std::string prompt = {};
  std::string completion = {};
};

/// A record of the Alpaca form; conversation_of() (data/forms/alpaca.h) makes a chat of it.
struct Instruction {
  std::string instruction = {};
  std::string input = {};  ///< may be empty
  std::string output = {};
  std::string system = {};  ///< may be empty
};

/// Turns of a chat.
struct Conversation {
  /// What a chat template is given, as in a line of `twofold render`: `messages`, each with `role`
  /// and `content` (a text, or null beside `tool_calls`) and what else the record has in it, such
  /// as `tool_calls` or `reasoning_content`, and, where the record has them, `tools`, `documents`
  /// and the entries of `chat_template_kwargs`. data/system_prompt is in front of the messages.
  nlohmann::ordered_json row = {};
  /// For each message: whether it is trained on, where the record says so (`loss_weight` 1 or 0);
  /// none leaves it to data/train_on. The key itself is not in `row`.
  std::vector<std::optional<bool>> trained = {};
  /// So many messages are the prompt, and those behind them the completion. 0: the record does not
  /// tell them apart (only a prompt and a completion that are lists of messages do).
  size_t prompt_messages = 0;
};

struct Example {
  std::variant<Text, Completion, Instruction, Conversation> content = {};
  std::string where = {};  ///< "chat.jsonl:17", for messages
};

}  // namespace twofold::forms
