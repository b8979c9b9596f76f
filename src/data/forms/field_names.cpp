#include "data/forms/field_names.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold::forms {
namespace {

constexpr std::array kFields = {"text",  "prompt",  "completion", "instruction",
                                "input", "output",  "system",     "messages",
                                "role",  "content", "tools",      "loss_weight"};

[[noreturn]] void refuse(std::string what, std::string expected, std::string found,
                         std::string hint) {
  fail({.what = std::move(what),
        .where = "data/fields",
        .expected = std::move(expected),
        .found = std::move(found),
        .hint = std::move(hint)});
}

}  // namespace

FieldNames::FieldNames(const FormSettings& settings) : names_(settings.fields) {
  const std::vector<std::string> known(kFields.begin(), kFields.end());
  std::set<std::string> taken;
  for (const auto& [field, name] : names_) {
    if (std::find(known.begin(), known.end(), field) == known.end()) {
      refuse("no form has such a field", join(known, ", "), field,
             did_you_mean(field, known, "give our name first: {prompt: question}"));
    }
    if (name.empty()) refuse("a field without a name", "a name", field + ": ''", "leave it out");
    if (!taken.insert(name).second) {
      refuse("two fields have one name", "a name for each", name + " twice",
             "leave one of them out");
    }
  }
  if (settings.text_key == FormSettings().text_key) return;
  const auto [entry, fresh] = names_.emplace("text", settings.text_key);
  if (fresh || entry->second == settings.text_key) return;
  refuse("the text has two names", "the name of data/text_key", entry->second,
         "leave one of the two settings out");
}

std::string FieldNames::of(const std::string& field, const std::string& usual) const {
  const auto found = names_.find(field);
  return found == names_.end() ? usual : found->second;
}

const nlohmann::ordered_json* entry_of(const nlohmann::ordered_json& object,
                                       const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string names_in(const nlohmann::ordered_json& object) {
  constexpr size_t kShown = 10;
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(formats::printable(name));
  return names.empty() ? "nothing" : join_first(names, kShown, ", ");
}

std::vector<std::string> names_of_texts(const nlohmann::ordered_json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) names.push_back(formats::printable(name));
  }
  return names;
}

}  // namespace twofold::forms
