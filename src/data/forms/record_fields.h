#pragma once
// The fields of one record, and faults that name them.

#include <nlohmann/json.hpp>
#include <string>

#include "data/forms/field_names.h"

namespace twofold::forms {

class RecordFields {
 public:
  RecordFields(const nlohmann::ordered_json& record, const FieldNames& names,
               const std::string& where)
      : record_(record), names_(names), where_(where) {}

  const nlohmann::ordered_json* find(const std::string& field) const {
    return entry_of(record_, names_.of(field));
  }
  /// The field's text; one that is absent or null is a fault.
  std::string text(const std::string& field) const;
  /// The same, but `otherwise` for one that is absent or null.
  std::string text_or(const std::string& field, const std::string& otherwise) const;

  /// Throws an Error at this record; `name`: of the field, as the records call it.
  [[noreturn]] void refuse(const std::string& name, std::string what, std::string expected,
                           std::string found, std::string hint = "") const;

  const nlohmann::ordered_json& record() const { return record_; }
  const FieldNames& names() const { return names_; }

 private:
  const nlohmann::ordered_json& record_;
  const FieldNames& names_;
  const std::string& where_;
};

}  // namespace twofold::forms
