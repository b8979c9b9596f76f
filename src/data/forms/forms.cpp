#include "data/forms/forms.h"

#include <utility>

#include "base/error.h"
#include "data/forms/messages.h"
#include "data/forms/recognize.h"
#include "data/forms/record_fields.h"
#include "formats/json.h"

namespace twofold::forms {
namespace {

using nlohmann::ordered_json;

Instruction instruction_in(const RecordFields& record, const std::string& system_prompt) {
  const ordered_json* history = entry_of(record.record(), "history");
  if (history && !history->empty()) {
    record.refuse("history", "earlier turns in a record of the Alpaca form", "one instruction",
                  formats::printable(history->dump()), "write the record as messages");
  }
  return {.instruction = record.text("instruction"),
          .input = record.text_or("input", ""),
          .output = record.text("output"),
          .system = record.text_or("system", system_prompt)};
}

[[noreturn]] void refuse_document(const std::string& where) {
  fail({.what = "plain text where records have fields",
        .where = where,
        .expected = "a file of JSON, CSV or Parquet",
        .found = "a text without fields",
        .hint =
            "set data/format if it is one of these under another name; else leave the file out: "
            "data/source may be a pattern"});
}

std::variant<Text, Completion, Instruction, Conversation> completion_in(
    const RecordFields& record) {
  const ordered_json* prompt = record.find("prompt");
  const ordered_json* completion = record.find("completion");
  if (prompt && completion && prompt->is_array() && completion->is_array()) {
    return conversation_in(record, *prompt, *completion);
  }
  return Completion{.prompt = record.text("prompt"), .completion = record.text("completion")};
}

}  // namespace

Forms::Forms(const FormSettings& settings) : settings_(settings), names_(settings) {
  check_system_prompt(settings.form != Form::kText);
}

void Forms::settle(const ordered_json& record, const std::string& where) {
  if (settings_.form != Form::kAuto) return;
  settings_.form = form_of(record, names_, where);
  check_system_prompt(settings_.form != Form::kText);
}

void Forms::check_system_prompt(bool has_turns) const {
  if (settings_.system_prompt.empty() || has_turns) return;
  fail({.what = "texts have no system turn",
        .where = "data/system_prompt",
        .expected = "records that are conversations or instructions",
        .found = "records that are texts",
        .hint = "leave data/system_prompt out, or put it into the texts"});
}

Example Forms::read(std::variant<std::string, ordered_json> content, std::string where) const {
  Example example{.content = {}, .where = std::move(where)};
  if (auto* const text = std::get_if<std::string>(&content)) {
    if (settings_.form != Form::kAuto && settings_.form != Form::kText) {
      refuse_document(example.where);
    }
    example.content = Text{std::move(*text)};
    return example;
  }
  const RecordFields record(std::get<ordered_json>(content), names_, example.where);
  switch (settings_.form) {
    case Form::kText:
      example.content = Text{record.text("text")};
      break;
    case Form::kAlpaca:
      example.content = instruction_in(record, settings_.system_prompt);
      break;
    case Form::kCompletion:
      example.content = completion_in(record);
      break;
    case Form::kMessages:
    case Form::kShareGpt:
      example.content = conversation_in(record, settings_.form);
      break;
    case Form::kAuto:
      throw Bug("form", __FILE__, __LINE__, "settle() comes before read()");
  }
  if (auto* const chat = std::get_if<Conversation>(&example.content)) {
    add_system_turn(*chat, settings_.system_prompt);
  } else if (std::holds_alternative<Completion>(example.content)) {
    check_system_prompt(/*has_turns=*/false);
  }
  return example;
}

}  // namespace twofold::forms
