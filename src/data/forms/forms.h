#pragma once
// Records of any form to examples.

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "data/forms/example.h"
#include "data/forms/field_names.h"
#include "data/forms/settings.h"

namespace twofold::forms {

class Forms {
 public:
  /// Throws an Error for settings that do not fit each other.
  explicit Forms(const FormSettings& settings);

  /// The form is known, or found out from `record` once and for all. Throws an Error at `where` if
  /// the record has no form's fields.
  void settle(const nlohmann::ordered_json& record, const std::string& where);
  Form form() const { return settings_.form; }

  /// What a document teaches, or an object of the settled form. Throws an Error at `where` that
  /// names the field for one that is not there, or not what it should be. Safe on many threads.
  Example read(std::variant<std::string, nlohmann::ordered_json> content, std::string where) const;

 private:
  void check_system_prompt(bool has_turns) const;
  FormSettings settings_;
  FieldNames names_;
};

}  // namespace twofold::forms
