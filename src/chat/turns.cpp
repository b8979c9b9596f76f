#include "chat/turns.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "chat/conversation.h"
#include "unicode/utf8.h"

namespace twofold::chat {
namespace {

using nlohmann::ordered_json;

/// What a template makes of the variables; none if it refuses.
std::optional<std::string> text_of(const Templates& templates, const ordered_json& variables) {
  try {
    return templates.write(variables).text;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Takes the messages from a number on out of a list, as long as it lives. The rest is not copied.
class Without {
 public:
  Without(ordered_json& messages, size_t from)
      : messages_(messages.get_ref<ordered_json::array_t&>()) {
    const auto begin = messages_.begin() + static_cast<ptrdiff_t>(from);
    taken_.assign(std::move_iterator(begin), std::move_iterator(messages_.end()));
    messages_.erase(begin, messages_.end());
  }
  ~Without() { std::ranges::move(taken_, std::back_inserter(messages_)); }
  Without(const Without&) = delete;
  Without& operator=(const Without&) = delete;

 private:
  ordered_json::array_t& messages_;
  ordered_json::array_t taken_;
};

}  // namespace

std::optional<size_t> Turns::length_of(size_t messages, bool generation_prompt) {
  const auto [known, is_new] = lengths_.try_emplace({messages, generation_prompt});
  if (!is_new || messages == 0) return known->second;
  const Without rest(variables_.at("messages"), messages);
  ordered_json asked = generation_prompt;
  std::swap(variables_["add_generation_prompt"], asked);
  const std::optional<std::string> text = text_of(templates_, variables_);
  std::swap(variables_["add_generation_prompt"], asked);
  if (text && text_.starts_with(*text)) known->second = text->size();
  return known->second;
}

std::optional<size_t> Turns::begin_of(size_t message) {
  if (!is_assistant(variables_.at("messages")[message])) return length_of(message, false);
  const std::optional<size_t> asked = length_of(message, true);
  // A template that knows no such prompt puts a heading of its own in front.
  return templates_.asks() || asked != length_of(message, false) ? asked : std::nullopt;
}

std::optional<size_t> Turns::end_of(size_t message) {
  const bool last = message + 1 == variables_.at("messages").size();
  return last ? text_.size() : length_of(message + 1, false);
}

std::optional<ByteSpan> Turns::contents_of(size_t message) {
  ordered_json& all_of_it = variables_.at("messages")[message];
  if (!all_of_it.contains("content") || !all_of_it.at("content").is_string()) return std::nullopt;
  ordered_json& content = all_of_it.at("content");
  // Neither its first nor its last character can be that of the content.
  const bool taken = content.get_ref<const std::string&>().find("\u2E2E") != std::string::npos;
  ordered_json other = taken ? "\u2E2F" : "\u2E2E";
  std::swap(content, other);
  const std::optional<std::string> text = text_of(templates_, variables_);
  std::swap(content, other);
  if (!text) return std::nullopt;
  const auto front = std::ranges::mismatch(text_, *text).in1 - text_.begin();
  auto begin = static_cast<size_t>(front);
  while (begin > 0 && inside_character(text_, begin)) --begin;
  const size_t most = std::min(text_.size(), text->size()) - begin;
  size_t behind = 0;
  while (behind < most && text_[text_.size() - behind - 1] == (*text)[text->size() - behind - 1]) {
    ++behind;
  }
  size_t end = text_.size() - behind;
  while (inside_character(text_, end)) ++end;
  return ByteSpan{begin, std::max(begin, end)};
}

TurnSpan Turns::of(size_t message) {
  std::optional<size_t> begin = begin_of(message), end = end_of(message);
  const bool whole = end.has_value();
  if (!begin || !end || *end < *begin) {
    const std::optional<ByteSpan> contents = contents_of(message);
    if (!begin && contents) begin = contents->begin;
    if (contents && (!end || (begin && *end < *begin))) end = contents->end;
  }
  if (begin && end && *begin <= *end) return {{*begin, *end}, whole};
  fail({.what = fmt::format("which part of the text messages[{}] became is not known: the template "
                            "writes it differently where other messages follow",
                            message),
        .hint = "take a template with {% generation %} blocks"});
}

}  // namespace twofold::chat
