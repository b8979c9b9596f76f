#include "data/forms/alpaca.h"

#include <fmt/format.h>

#include <utility>

namespace twofold::forms {
namespace {

constexpr const char* kWithInput =
    "Below is an instruction that describes a task, paired with an input that provides further "
    "context. Write a response that appropriately completes the request.";
constexpr const char* kWithoutInput =
    "Below is an instruction that describes a task. Write a response that appropriately completes "
    "the request.";

}  // namespace

Completion completion_of(const Instruction& instruction) {
  std::string prompt = instruction.system;
  if (prompt.empty()) prompt = instruction.input.empty() ? kWithoutInput : kWithInput;
  prompt += fmt::format("\n\n### Instruction:\n{}\n\n", instruction.instruction);
  if (!instruction.input.empty()) prompt += fmt::format("### Input:\n{}\n\n", instruction.input);
  prompt += "### Response:\n";
  return {.prompt = std::move(prompt), .completion = instruction.output};
}

Conversation conversation_of(const Instruction& instruction) {
  Conversation conversation;
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();
  const auto add = [&](const char* role, const std::string& content) {
    messages.push_back({{"role", role}, {"content", content}});
  };
  if (!instruction.system.empty()) add("system", instruction.system);
  const std::string separator = instruction.input.empty() ? "" : "\n";
  add("user", instruction.instruction + separator + instruction.input);
  conversation.prompt_messages = messages.size();
  add("assistant", instruction.output);
  conversation.trained.resize(messages.size());
  conversation.row["messages"] = std::move(messages);
  return conversation;
}

}  // namespace twofold::forms
