#include "data/forms/record_fields.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold::forms {

namespace {

std::string advice(const std::string& field, const nlohmann::ordered_json& record, bool is_there) {
  std::string correct = "correct the record, or remove it";
  if (field != "text") {
    return is_there ? correct
                    : fmt::format("{}; or name its field: data/fields: {{{}: …}}", correct, field);
  }
  constexpr size_t kShown = 10;
  const std::vector<std::string> names = names_of_texts(record);
  if (names.empty()) return correct;
  return fmt::format("{}{}set data/text_key to one of: {}", is_there ? correct : "",
                     is_there ? "; or " : "", join_first(names, kShown, ", "));
}

}  // namespace

std::string RecordFields::text(const std::string& field) const {
  const std::string name = names_.of(field);
  const auto found = record_.find(name);
  const bool is_there = found != record_.end();
  if (is_there && found->is_string()) return found->get<std::string>();
  refuse(name, is_there ? "a field of a record is not a text" : "a record lacks a field",
         fmt::format("a text under `{}`", name),
         is_there ? fmt::format("`{}`: {}", name, formats::printable(found->dump()))
                  : names_in(record_),
         advice(field, record_, is_there));
}

std::string RecordFields::text_or(const std::string& field, const std::string& otherwise) const {
  return find(field) ? text(field) : otherwise;
}

void RecordFields::refuse(const std::string& name, std::string what, std::string expected,
                          std::string found, std::string hint) const {
  fail({.what = std::move(what),
        .where = fmt::format("{}, {}", where_, name),
        .expected = std::move(expected),
        .found = std::move(found),
        .hint = hint.empty() ? "correct the record, or remove it" : std::move(hint)});
}

}  // namespace twofold::forms
