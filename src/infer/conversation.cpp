#include "twofold/conversation.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "formats/text_file.h"
#include "infer/chat_prompts.h"
#include "infer/text_reader.h"

namespace twofold {
namespace {

using nlohmann::ordered_json;

ordered_json turn(const char* role, std::string text) {
  return {{"role", role}, {"content", std::move(text)}};
}

/// As `twofold render` says it.
std::string refusal(const Error& error) {
  const Problem& problem = error.problems().front();
  return problem.where.empty() ? problem.what : fmt::format("{} ({})", problem.what, problem.where);
}

}  // namespace

struct Answerer::Parts {
  explicit Parts(const ModelSource& source)
      : loaded(load_model(source)), tokenizer(tokenizer_of(loaded)), prompts(loaded, *tokenizer) {
    widen(loaded);  // a pass a token
  }

  void answer(const std::vector<Prompt>& all, const GenerateRequest& request,
              const std::function<void(size_t prompt, const std::string& piece)>& emit) const {
    check_request(request);
    continue_prompts(loaded, *tokenizer, all, request, prompts.ends(), emit);
  }

  LoadedModel loaded;
  std::unique_ptr<Tokenizer> tokenizer;
  ChatPrompts prompts;
};

Answerer::Answerer(const ModelSource& source) : parts_(new Parts(source)) {}
Answerer::~Answerer() = default;
Answerer::Answerer(Answerer&&) noexcept = default;
const std::string& Answerer::layout() const { return parts_->prompts.layout(); }

std::vector<std::string> Answerer::answer_lines(const std::vector<ConversationLine>& conversations,
                                                const GenerateRequest& request) const {
  std::vector<ordered_json> made(conversations.size());
  std::vector<Prompt> prompts;
  std::vector<size_t> answered;  // the conversation of each prompt
  for (size_t i = 0; i < conversations.size(); ++i) {
    const auto& [line, where] = conversations[i];
    try {
      prompts.push_back(parts_->prompts.of(formats::parse_ordered_json_line(line, where), where));
      answered.push_back(i);
    } catch (const Error& error) {
      made[i] = {{"error", refusal(error)}};
    }
  }
  std::vector<std::string> texts(prompts.size());
  parts_->answer(prompts, request,
                 [&](size_t prompt, const std::string& piece) { texts[prompt] += piece; });
  for (size_t i = 0; i < texts.size(); ++i) made[answered[i]] = {{"text", texts[i]}};
  std::vector<std::string> lines;
  for (const ordered_json& one : made) lines.push_back(one.dump());
  return lines;
}

struct Conversation::State {
  Answerer answerer;
  ordered_json messages = ordered_json::array();
};

Conversation::Conversation(const ModelSource& source, const std::string& system)
    : state_(new State{Answerer(source)}) {
  if (!system.empty()) state_->messages.push_back(turn("system", system));
}
Conversation::~Conversation() = default;
Conversation::Conversation(Conversation&&) noexcept = default;
const std::string& Conversation::layout() const { return state_->answerer.layout(); }

void Conversation::say(const std::string& text, const GenerateRequest& request,
                       const std::function<void(const std::string& piece)>& emit) {
  formats::require_utf8(text, {.file = "what you say"});
  ordered_json messages = state_->messages;
  messages.push_back(turn("user", text));
  const Answerer::Parts& parts = *state_->answerer.parts_;
  std::string answer;
  parts.answer({parts.prompts.of({{"messages", messages}}, "the conversation")}, request,
               [&](size_t, const std::string& piece) {
                 answer += piece;
                 emit(piece);
               });
  messages.push_back(turn("assistant", answer));
  state_->messages = std::move(messages);
}

}  // namespace twofold
