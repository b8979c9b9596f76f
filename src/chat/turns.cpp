#include "chat/turns.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace twofold::chat {
namespace {

using nlohmann::ordered_json;

/// The text of a row; none if the template refuses it.
std::optional<std::string> text_of(const Templates& templates, ordered_json row) {
  try {
    return templates.render(std::move(row)).text;
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool inside_character(std::string_view text, size_t at) {
  return at < text.size() && (text[at] & 0xC0) == 0x80;
}

}  // namespace

std::optional<size_t> Turns::length_of(size_t messages, bool generation_prompt) {
  const auto [known, is_new] = lengths_.try_emplace({messages, generation_prompt});
  if (!is_new || messages == 0) return known->second;
  ordered_json row = ordered_json::object();
  for (const auto& [key, value] : row_.items()) {
    if (key != "messages") row[key] = value;
  }
  const ordered_json& all = row_.at("messages");
  row["messages"] = ordered_json(all.begin(), all.begin() + static_cast<ptrdiff_t>(messages));
  row["add_generation_prompt"] = generation_prompt;
  const std::optional<std::string> text = text_of(templates_, std::move(row));
  if (text && text_.starts_with(*text)) known->second = text->size();
  return known->second;
}

std::optional<size_t> Turns::begin_of(size_t message) {
  const bool answers = row_.at("messages")[message].value("role", "") == "assistant";
  if (!answers) return length_of(message, false);
  const std::optional<size_t> asked = length_of(message, true);
  // A template that knows no such prompt puts a heading of its own in front.
  return templates_.asks() || asked != length_of(message, false) ? asked : std::nullopt;
}

std::optional<size_t> Turns::end_of(size_t message) {
  const bool last = message + 1 == row_.at("messages").size();
  return last ? text_.size() : length_of(message + 1, false);
}

std::optional<ByteSpan> Turns::contents_of(size_t message) const {
  ordered_json other = row_;
  ordered_json& content = other["messages"][message]["content"];
  if (!content.is_string()) return std::nullopt;
  // Neither its first nor its last character can be that of the content.
  const bool taken = content.get_ref<const std::string&>().find("\u2E2E") != std::string::npos;
  content = taken ? "\u2E2F" : "\u2E2E";
  const std::optional<std::string> text = text_of(templates_, std::move(other));
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
