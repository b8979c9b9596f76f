#pragma once
// One text of a task that is made of a document: a field's name, or a Jinja template over fields.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "jinja/template.h"
#include "tasks/documents.h"

namespace twofold::tasks {

class Field {
 public:
  /// `key` names it in errors: "doc_to_text". An Error for what is no template.
  Field(std::string text, const Task& task, const std::string& key);

  bool empty() const { return text_.empty(); }
  /// As text. An Error that names the document for a template that refuses it, or that prints what
  /// the document does not have.
  std::string text(const Document& document) const;
  /// As it is in the document, or as what a template of one expression makes: a number, a list. All
  /// other templates make texts. Digits are a number, as in lm-eval.
  nlohmann::ordered_json value(const Document& document) const;

 private:
  std::string render(const jinja::Template& made, const Document& document) const;

  std::string text_;
  jinja::Template whole_;
  std::optional<jinja::Template> as_json_;  ///< of one expression
};

/// A text of a few digits as the number.
nlohmann::ordered_json with_digits_as_number(nlohmann::ordered_json value);

/// A place where something is wrong with a document.
[[noreturn]] void refuse_document(const Document& document, const Task& task, std::string what,
                                  std::string expected, std::string found);

}  // namespace twofold::tasks
