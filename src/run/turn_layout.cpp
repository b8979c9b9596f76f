#include "run/turn_layout.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "chat/conversation.h"
#include "chat/template_files.h"
#include "data/forms/alpaca.h"
#include "jinja/template.h"
#include "tokenizer/load/chat_templates.h"

namespace twofold {
namespace {

using nlohmann::ordered_json;

constexpr const char* kTurnBegin = "<|im_start|>";
constexpr const char* kTurnEnd = "<|im_end|>";

/// The id of a text that is one token, a mark.
std::optional<int32_t> mark(const Tokenizer& tokenizer, const std::string& text) {
  const std::vector<int32_t> ids = tokenizer.encode(text);
  if (ids.size() != 1 || !tokenizer.is_special(ids.front())) return std::nullopt;
  return ids.front();
}

ordered_json message_of(const std::string& role, const std::string& content) {
  return {{"role", role}, {"content", content}};
}

std::string chatml_turn(const std::string& role, const std::string& content) {
  return kTurnBegin + role + "\n" + content + kTurnEnd + "\n";
}

}  // namespace

struct TurnLayout::Template {
  jinja::Template made;
  ordered_json special;
};

TurnLayout::~TurnLayout() = default;
TurnLayout::TurnLayout(TurnLayout&&) noexcept = default;

TurnLayout::TurnLayout(const FileTexts& files, const Tokenizer& tokenizer) {
  const ChatTemplates templates = chat_templates(files);
  if (const auto usual = templates.find(kDefaultTemplate); usual != templates.end()) {
    template_.reset(new Template{jinja::Template(usual->second, "the chat template"),
                                 chat::special_tokens_of(files, "")});
  }
  chatml_ = mark(tokenizer, kTurnBegin) && mark(tokenizer, kTurnEnd);
  if (!template_) {
    if (chatml_) end_ = mark(tokenizer, kTurnEnd);
    return;
  }
  end_ = end_of_turn(tokenizer);
}

std::optional<int32_t> TurnLayout::end_of_turn(const Tokenizer& tokenizer) const {
  const std::string answer = "answer";
  std::string text;
  try {
    text =
        rendered({{"messages", {message_of("user", "question"), message_of("assistant", answer)}}});
  } catch (const Error&) {  // a template that wants more than one turn of each
    return std::nullopt;
  }
  const size_t at = text.rfind(answer);
  if (at == text.npos) return std::nullopt;
  const std::vector<int32_t> behind = tokenizer.encode(text.substr(at + answer.size()));
  if (behind.empty() || !tokenizer.is_special(behind.front())) return std::nullopt;
  return behind.front();
}

std::string TurnLayout::rendered(const ordered_json& row) const {
  ordered_json variables = template_->special;
  const ordered_json given = chat::variables_of(row);
  for (const auto& [key, value] : given.items()) variables[key] = value;
  return template_->made.render(variables).text;
}

std::string TurnLayout::prompt(const std::string& system, const std::string& message) const {
  if (template_) {
    ordered_json messages = ordered_json::array();
    if (!system.empty()) messages.push_back(message_of("system", system));
    messages.push_back(message_of("user", message));
    return rendered({{"messages", messages}, {"add_generation_prompt", true}});
  }
  if (!chatml_) return forms::completion_of({.instruction = message, .system = system}).prompt;
  return (system.empty() ? "" : chatml_turn("system", system)) + chatml_turn("user", message) +
         kTurnBegin + "assistant\n";
}

}  // namespace twofold
