#include "tasks/field.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold::tasks {
namespace {

using nlohmann::ordered_json;

/// lm-eval keeps the line break at the end of a template, of which Jinja drops one.
std::string with_last_line_break(const std::string& text) {
  return text.ends_with('\n') ? text + "\n" : text;
}

/// The expression of a template that is nothing else, as a template that writes it as JSON.
std::optional<std::string> json_of_expression(std::string_view text) {
  if (text.size() < 4 || !text.starts_with("{{") || !text.ends_with("}}")) return std::nullopt;
  std::string_view inner = text.substr(2, text.size() - 4);
  if (inner.find("{{") != inner.npos || inner.find("{%") != inner.npos) return std::nullopt;
  if (inner.starts_with('-')) inner.remove_prefix(1);
  if (inner.ends_with('-')) inner.remove_suffix(1);
  return fmt::format("{{{{ ({}) | tojson }}}}", inner);
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 10 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

ordered_json with_digits_as_number(ordered_json value) {
  if (!value.is_string()) return value;
  const auto& text = value.get_ref<const std::string&>();
  return is_number(text) ? ordered_json(std::stoi(text)) : value;
}

void refuse_document(const Document& document, const Task& task, std::string what,
                     std::string expected, std::string found) {
  fail({.what = std::move(what),
        .where = fmt::format("{} (task {})", document.where, task.task),
        .expected = std::move(expected),
        .found = std::move(found),
        .hint = "correct the document, or what the task makes of it"});
}

Field::Field(std::string text, const Task& task, const std::string& key)
    : text_(std::move(text)),
      whole_(with_last_line_break(text_), fmt::format("task {}, {}", task.task, key)) {
  if (const auto json = json_of_expression(text_)) {
    as_json_.emplace(*json, fmt::format("task {}, {}", task.task, key));
  }
}

std::string Field::render(const jinja::Template& made, const Document& document) const {
  try {
    return made.render(document.fields, {.strict_undefined = true}).text;
  } catch (const Error& error) {
    const Problem& problem = error.problems().front();
    std::vector<std::string> fields;
    for (const auto& [name, value] : document.fields.items()) fields.push_back(name);
    fail({.what = problem.what,
          .where = document.where + ", " + problem.where,
          .expected = "a document that the template takes",
          .found = "one with the fields " + join(fields, ", "),
          .hint = "correct the document, or the template"});
  }
}

std::string Field::text(const Document& document) const {
  const auto own = document.fields.find(text_);
  if (own == document.fields.end()) return render(whole_, document);
  return own->is_string() ? own->get<std::string>() : own->dump();
}

ordered_json Field::value(const Document& document) const {
  const auto own = document.fields.find(text_);
  if (own != document.fields.end()) return *own;
  if (!as_json_) return with_digits_as_number(render(whole_, document));
  const std::string json = render(*as_json_, document);
  return with_digits_as_number(
      formats::parse_ordered_json_line("{\"value\":" + json + "}", document.where)["value"]);
}

}  // namespace twofold::tasks
