#include <fmt/format.h>

#include "config/fields.h"

namespace twofold::config {
namespace {

/// Text inside a cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string result;
  for (char letter : text) {
    if (letter == '|') result += '\\';
    result += letter == '\n' ? ' ' : letter;
  }
  return result;
}

}  // namespace

std::string document(const Fields& fields) {
  std::string text = "| key | type | default | range | meaning |\n|---|---|---|---|---|\n";
  for (const auto& field : fields.all()) {
    const bool open = is_open(*field);
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", cell(field->key),
                        cell(type_text(field->shape)),
                        open ? "required" : fmt::format("`{}`", cell(value_text(*field))),
                        cell(field->constraint.range_text()), cell(field->doc));
  }
  return text;
}

}  // namespace twofold::config
