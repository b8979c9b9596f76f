#include "data/forms/recognize.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold::forms {
namespace {

using nlohmann::ordered_json;

/// Chat: a list of objects, of which the first has one of the two pairs of fields.
std::optional<Form> chat_form(const ordered_json& record, const FieldNames& names) {
  for (const char* usual : {"messages", "conversations"}) {
    const ordered_json* turns = entry_of(record, names.of("messages", usual));
    if (!turns || !turns->is_array() || turns->empty() || !turns->front().is_object()) continue;
    const ordered_json& turn = turns->front();
    if (turn.contains(names.of("role", "role"))) return Form::kMessages;
    if (turn.contains(names.of("role", "from"))) return Form::kShareGpt;
  }
  return std::nullopt;
}

bool has(const ordered_json& record, const FieldNames& names, const char* field) {
  return record.contains(names.of(field));
}

std::string hint_for(const ordered_json& record) {
  const std::vector<std::string> texts = names_of_texts(record);
  constexpr size_t kShown = 10;
  if (texts.empty()) return "name the fields in data/fields, or correct the record";
  std::string one = fmt::format("set data/text_key to one of: {}", join_first(texts, kShown, ", "));
  if (texts.size() == 1) return one;
  return fmt::format("name them, as in data/fields: {{prompt: {}, completion: {}}}; or {}",
                     texts[0], texts[1], one);
}

}  // namespace

Form form_of(const ordered_json& record, const FieldNames& names, const std::string& where) {
  const auto all_of = [&](std::initializer_list<const char*> fields) {
    return std::all_of(fields.begin(), fields.end(),
                       [&](const char* field) { return has(record, names, field); });
  };
  // What the settings name is meant.
  if (names.is_mapped("text") && has(record, names, "text")) return Form::kText;
  if (const auto chat = chat_form(record, names)) return *chat;
  if (all_of({"instruction", "output"})) return Form::kAlpaca;
  if (all_of({"prompt", "completion"})) return Form::kCompletion;
  if (has(record, names, "text")) return Form::kText;
  fail({.what = "a record has the fields of no form",
        .where = where,
        .expected = fmt::format("`{}`, or messages, or conversations, or instruction and output, "
                                "or prompt and completion",
                                names.of("text")),
        .found = names_in(record),
        .hint = hint_for(record)});
}

}  // namespace twofold::forms
