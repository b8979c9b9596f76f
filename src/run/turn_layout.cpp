#include "run/turn_layout.h"

#include <nlohmann/json.hpp>

#include "chat/layout.h"
#include "chat/turn_ends.h"

namespace twofold {
namespace {

nlohmann::ordered_json message_of(const std::string& role, const std::string& content) {
  return {{"role", role}, {"content", content}};
}

}  // namespace

struct TurnLayout::Parts {
  chat::Layout layout;
};

TurnLayout::~TurnLayout() = default;
TurnLayout::TurnLayout(TurnLayout&&) noexcept = default;

TurnLayout::TurnLayout(const FileTexts& files, const Tokenizer& tokenizer)
    : parts_(new Parts{chat::layout_of(files, "the model", tokenizer)}),
      end_(chat::end_of_turn(parts_->layout.templates, tokenizer)) {}

std::string TurnLayout::prompt(const std::string& system, const std::string& message) const {
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();
  if (!system.empty()) messages.push_back(message_of("system", system));
  messages.push_back(message_of("user", message));
  return parts_->layout.templates
      .render({{"messages", std::move(messages)}, {"add_generation_prompt", true}})
      .text;
}

}  // namespace twofold
