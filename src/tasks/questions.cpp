#include "tasks/questions.h"

#include <fmt/format.h>

#include <algorithm>

namespace twofold::tasks {

using nlohmann::ordered_json;

namespace {

std::string text_of(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// A text that is a list in JSON as that list: what a template of statements cannot make otherwise.
ordered_json with_list(ordered_json value) {
  if (!value.is_string()) return value;
  const auto& text = value.get_ref<const std::string&>();
  if (!text.starts_with('[') || !text.ends_with(']')) return value;
  ordered_json list = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  return list.is_array() ? list : value;
}

/// A list, or the one value.
std::vector<ordered_json> listed(const ordered_json& value) {
  return value.is_array() ? std::vector<ordered_json>(value.begin(), value.end())
                          : std::vector<ordered_json>{value};
}

}  // namespace

Questions::Questions(const Task& task)
    : task_(task),
      description_(task.description, task, "description"),
      text_(task.doc_to_text, task, "doc_to_text"),
      choice_(task.doc_to_choice, task, "doc_to_choice"),
      target_(task.doc_to_target, task, "doc_to_target") {
  for (const auto& [name, text] : task.process_docs) {
    made_.emplace_back(name, Field(text, task, "process_docs/" + name));
  }
}

void Questions::process(Document& document) const {
  std::vector<std::pair<std::string, ordered_json>> made;
  for (const auto& [name, field] : made_) {
    made.emplace_back(name, with_list(field.value(document)));
  }
  for (auto& [name, value] : made) document.fields[name] = std::move(value);
}

std::vector<std::string> Questions::choices(const Document& document) const {
  const ordered_json list = with_list(choice_.value(document));
  std::vector<std::string> found;
  if (list.is_array()) {
    for (const ordered_json& choice : list) {
      if (choice.is_string()) found.push_back(choice.get<std::string>());
    }
  }
  if (found.empty() || found.size() != list.size()) {
    refuse_document(document, task_, "no choices", "a list of texts", list.dump());
  }
  return found;
}

size_t Questions::place_of(const ordered_json& label, const Document& document,
                           const std::vector<std::string>& choices) const {
  if (label.is_string()) {
    const auto found = std::ranges::find(choices, label.get_ref<const std::string&>());
    if (found != choices.end()) return static_cast<size_t>(found - choices.begin());
  }
  const ordered_json number = with_digits_as_number(label);  // tables hold texts only
  if (number.is_number_integer()) {
    const auto place = number.get<int64_t>();
    if (place >= 0 && place < std::ssize(choices)) return static_cast<size_t>(place);
  }
  refuse_document(document, task_, "the right answer is not among the choices",
                  fmt::format("a number from 0 to {}, or one of the texts", choices.size() - 1),
                  label.dump());
}

std::vector<size_t> Questions::gold(const Document& document,
                                    const std::vector<std::string>& choices) const {
  const Field& field = task_.multiple_inputs ? text_ : target_;
  std::vector<size_t> places;
  for (const ordered_json& label : listed(field.value(document))) {
    places.push_back(place_of(label, document, choices));
  }
  if (places.empty()) {
    refuse_document(document, task_, "no right answer", "a number or a text", "an empty list");
  }
  return places;
}

std::vector<std::string> Questions::targets(const Document& document) const {
  std::vector<std::string> all;
  if (task_.output_type == OutputType::kGenerateUntil && !choice_.empty()) {
    const std::vector<std::string> offered = choices(document);
    for (const size_t place : gold(document, offered)) all.push_back(offered[place]);
    return all;
  }
  for (const ordered_json& text : listed(target_.value(document))) all.push_back(text_of(text));
  if (all.empty()) refuse_document(document, task_, "no right answer", "a text", "an empty list");
  return all;
}

std::string Questions::example(const Document& document) const {
  const bool chooses = !choice_.empty();
  const std::vector<std::string> offered = chooses ? choices(document) : std::vector<std::string>{};
  std::string question, answer;
  if (task_.multiple_inputs) {
    question = offered[gold(document, offered).front()];
    answer = target_.text(document);
  } else {
    question = text_.text(document);
    answer = chooses ? offered[gold(document, offered).front()] : targets(document).front();
  }
  if (answer.empty()) return question;
  return question + task_.target_delimiter + answer + task_.fewshot_delimiter;
}

}  // namespace twofold::tasks
