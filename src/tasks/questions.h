#pragma once
// A task's templates, and what they make of one document.

#include <string>
#include <utility>
#include <vector>

#include "tasks/field.h"

namespace twofold::tasks {

class Questions {
 public:
  explicit Questions(const Task& task);

  /// Adds the fields of process_docs.
  void process(Document& document) const;
  std::string description(const Document& document) const { return description_.text(document); }
  /// The question alone; not of multiple inputs.
  std::string text(const Document& document) const { return text_.text(document); }
  /// At least one.
  std::vector<std::string> choices(const Document& document) const;
  /// Which choices are right: at least one.
  std::vector<size_t> gold(const Document& document, const std::vector<std::string>& choices) const;
  /// The texts that are right: at least one. Where the model writes and there are choices, those
  /// that are the right ones.
  std::vector<std::string> targets(const Document& document) const;
  /// The document as an example: question, answer, and what is behind each.
  std::string example(const Document& document) const;

 private:
  size_t place_of(const nlohmann::ordered_json& label, const Document& document,
                  const std::vector<std::string>& choices) const;

  const Task& task_;
  std::vector<std::pair<std::string, Field>> made_;  ///< of process_docs
  Field description_, text_, choice_, target_;
};

}  // namespace twofold::tasks
