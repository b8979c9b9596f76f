#include "data/forms/message.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold::forms {
namespace {

using nlohmann::ordered_json;

constexpr std::array kRoles = {
    std::pair{"system", "system"},       std::pair{"developer", "developer"},
    std::pair{"user", "user"},           std::pair{"human", "user"},
    std::pair{"assistant", "assistant"}, std::pair{"gpt", "assistant"},
    std::pair{"chatgpt", "assistant"},   std::pair{"bot", "assistant"},
    std::pair{"tool", "tool"},           std::pair{"observation", "tool"},
    std::pair{"function", "function"},
};

class MessageReader {
 public:
  MessageReader(const RecordFields& record, const ordered_json& given, const MessageKeys& keys,
                size_t index)
      : record_(record), given_(given), keys_(keys), index_(index) {}

  Message read() const {
    if (!given_.is_object()) {
      refuse("", "a message that is no object", "an object with a role and a content", given_);
    }
    ordered_json message = ordered_json::object();
    message["role"] = role();
    if (const auto content = this->content()) message["content"] = *content;
    for (const auto& [name, value] : given_.items()) {
      if (name != keys_.role && name != keys_.content && name != weight_key())
        message[name] = value;
    }
    return {.message = std::move(message), .trained = trained()};
  }

 private:
  std::string role() const {
    const ordered_json* given = entry_of(given_, keys_.role);
    if (!given || !given->is_string()) {
      refuse(keys_.role, "a message without a role", "a text", given ? *given : given_);
    }
    const auto name = given->get<std::string>();
    std::vector<std::string> known;
    for (const auto& [role, meaning] : kRoles) {
      if (name == role) return meaning;
      known.push_back(role);
    }
    refuse(keys_.role, "a message has an unknown role", "one of " + join(known, ", "), *given,
           did_you_mean(name, known, "correct the record, or remove it"));
  }

  std::optional<std::string> content() const {
    const ordered_json* given = entry_of(given_, keys_.content);
    if (!given) {
      for (const char* call : {"tool_calls", "function_call"}) {
        if (entry_of(given_, call)) return std::nullopt;
      }
      refuse(keys_.content, "a message without a content", "a text, or a list of texts", given_);
    }
    if (given->is_string()) return given->get<std::string>();
    if (!given->is_array()) {
      refuse(keys_.content, "the content of a message is no text", "a text, or a list of texts",
             *given);
    }
    std::string joined;
    for (const ordered_json& part : *given) joined += text_of_part(part);
    return joined;
  }

  std::string text_of_part(const ordered_json& part) const {
    const bool is_text = part.is_object() && part.value("type", ordered_json("text")) == "text";
    for (const char* name : {"text", "value"}) {
      if (!is_text) break;
      const ordered_json* text = entry_of(part, name);
      if (text && text->is_string()) return text->get<std::string>();
    }
    refuse(keys_.content, "a part of a message is no text",
           R"({"type": "text", "text": …}: pictures and sounds are not trained on)", part);
  }

  /// OpenAI's name of it counts where ours is not there.
  std::string weight_key() const { return given_.contains(keys_.weight) ? keys_.weight : "weight"; }

  std::optional<bool> trained() const {
    const ordered_json* weight = entry_of(given_, weight_key());
    if (!weight) return std::nullopt;
    if (*weight == 0 || *weight == false) return false;
    if (*weight == 1 || *weight == true) return true;
    refuse(weight_key(), "a message is trained on or not, there is nothing between", "0 or 1",
           *weight);
  }

  [[noreturn]] void refuse(const std::string& field, std::string what, std::string expected,
                           const ordered_json& found, std::string hint = "") const {
    const std::string place = fmt::format("{}/{}", keys_.list, index_);
    record_.refuse(field.empty() ? place : place + "/" + field, std::move(what),
                   std::move(expected), formats::printable(found.dump()), std::move(hint));
  }

  const RecordFields& record_;
  const ordered_json& given_;
  const MessageKeys& keys_;
  size_t index_;
};

}  // namespace

Message message_of(const RecordFields& record, const ordered_json& given, const MessageKeys& keys,
                   size_t index) {
  return MessageReader(record, given, keys, index).read();
}

}  // namespace twofold::forms
