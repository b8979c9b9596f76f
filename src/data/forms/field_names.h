#pragma once
// What the fields of a form are called in the records at hand.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/forms/settings.h"

namespace twofold::forms {

class FieldNames {
 public:
  /// Throws an Error that names data/fields for a field that no form has, one name for two
  /// fields, and a text under another name in data/text_key.
  explicit FieldNames(const FormSettings& settings);

  /// The name of `field` in the records: the mapped one, or `usual`.
  std::string of(const std::string& field, const std::string& usual) const;
  std::string of(const std::string& field) const { return of(field, field); }
  /// Whether data/fields or data/text_key name it.
  bool is_mapped(const std::string& field) const { return names_.contains(field); }

 private:
  std::map<std::string, std::string> names_;
};

/// The entry `name` of an object; null if it is not there, or null.
const nlohmann::ordered_json* entry_of(const nlohmann::ordered_json& object,
                                       const std::string& name);

/// The names of the entries of `object`, as messages show them.
std::string names_in(const nlohmann::ordered_json& object);
/// Those whose values are texts.
std::vector<std::string> names_of_texts(const nlohmann::ordered_json& object);

}  // namespace twofold::forms
