#include "tasks/items.h"

#include <fmt/format.h>

#include "base/random.h"
#include "tasks/examples.h"
#include "tasks/group.h"

namespace twofold::tasks {
namespace {

Item item_of(const Task& task, const Questions& questions, const Document& document,
             const std::string& front) {
  Item item{.where = document.where};
  const auto add_context = [&](const std::string& text) { item.contexts.push_back(front + text); };
  if (task.output_type == OutputType::kMultipleChoice) {
    item.choices = questions.choices(document);
    item.gold = questions.gold(document, item.choices);
    if (!task.multiple_inputs) add_context(questions.text(document));
    for (const std::string& choice : item.choices) {
      if (task.multiple_inputs) add_context(choice);
      item.continuations.push_back(
          task.target_delimiter +
          (task.multiple_inputs ? questions.targets(document).front() : choice));
    }
    return item;
  }
  item.targets = questions.targets(document);
  if (task.output_type == OutputType::kLoglikelihoodRolling) {
    item.contexts.emplace_back();
  } else {
    add_context(questions.text(document));
  }
  if (task.output_type != OutputType::kGenerateUntil) item.continuations = {item.targets.front()};
  return item;
}

/// What the task asks about, with the fields of process_docs.
std::vector<Document> documents_of(const Task& task, const Questions& questions,
                                   const ItemRequest& request) {
  const size_t limit = request.limit.value_or(SIZE_MAX);
  const bool groups = !task.group_by.empty();
  std::vector<Document> documents = read_documents(task, request.data, groups ? SIZE_MAX : limit);
  for (Document& document : documents) questions.process(document);
  return groups ? grouped(std::move(documents), task, limit) : documents;
}

}  // namespace

std::vector<Item> load_items(const Task& task, const ItemRequest& request) {
  const Questions questions(task);
  Examples examples(task, questions, request.data,
                    static_cast<size_t>(request.num_fewshot.value_or(task.num_fewshot)));
  std::vector<Item> items;
  for (const Document& document : documents_of(task, questions, request)) {
    const std::string description = questions.description(document);
    const std::string shown = examples.in_front_of(document);
    const bool chat = task.apply_chat_template;
    items.push_back(item_of(task, questions, document, chat ? shown : description + shown));
    if (chat) items.back().system = description;
  }
  return items;
}

std::string fingerprint(const std::vector<Item>& items) {
  using nlohmann::ordered_json;
  std::string text;
  for (const Item& item : items) {
    const ordered_json asked{{"system", item.system},   {"contexts", item.contexts},
                             {"choices", item.choices}, {"continuations", item.continuations},
                             {"gold", item.gold},       {"targets", item.targets}};
    text += asked.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  }
  return fmt::format("{:016x}", hash64(text));
}

}  // namespace twofold::tasks
