#pragma once
// Talking with a model, in the words of its chat template.
//
//   #include <twofold/conversation.h>
//   twofold::Conversation talk({.model = "path/to/Qwen3-0.6B"});
//   talk.say("Hello!", {}, [](const std::string& piece) { std::cout << piece; });
//
// A model without a template is talked with in ChatML, if its tokenizer has the two marks, else in
// the plain layout of Alpaca. Faults of the input are thrown as twofold::Error.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "twofold/model.h"

namespace twofold {

/// A line of JSON, and how errors name it.
struct ConversationLine {
  std::string line = {};
  std::string where = {};
};

/// Answers conversations, each by itself.
class Answerer {
 public:
  /// Loads the model, as Generator does.
  explicit Answerer(const ModelSource& source);
  ~Answerer();
  Answerer(Answerer&&) noexcept;

  /// The assistant's next turn in each conversation, {"messages": […], "tools": […], …}, as a line
  /// {"text": …}; {"error": …} where the template refuses. A turn ends at the token with which the
  /// template ends it, at one of the model's end tokens, at a stop, after max_tokens, or where the
  /// context is full. Up to Generator::kSideBySide are continued at once.
  std::vector<std::string> answer_lines(const std::vector<ConversationLine>& conversations,
                                        const GenerateRequest& request) const;
  /// The chat template that is used, for people.
  const std::string& layout() const;

 private:
  friend class Conversation;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// One conversation, turn by turn.
class Conversation {
 public:
  /// `system`: the first turn; empty: none.
  explicit Conversation(const ModelSource& source, const std::string& system = "");
  ~Conversation();
  Conversation(Conversation&&) noexcept;

  /// Adds what the user says and the model's answer, which `emit` gets in pieces of whole UTF-8
  /// characters, as they come. If it throws, the conversation is as it was before.
  void say(const std::string& text, const GenerateRequest& request,
           const std::function<void(const std::string& piece)>& emit);
  const std::string& layout() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace twofold
