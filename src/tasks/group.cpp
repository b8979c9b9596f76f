#include "tasks/group.h"

#include <map>

#include "tasks/field.h"

namespace twofold::tasks {

std::vector<Document> grouped(std::vector<Document> documents, const Task& task, size_t limit) {
  std::vector<Document> groups;
  std::map<std::string, size_t> places;
  for (Document& document : documents) {
    if (!document.fields.contains(task.group_by)) {
      refuse_document(document, task, "a document lacks the field that it is grouped by",
                      "the field " + task.group_by, "none");
    }
    const nlohmann::ordered_json fields = document.fields;
    const auto [place, first] = places.emplace(fields[task.group_by].dump(), groups.size());
    if (first) {
      document.fields["group"] = nlohmann::ordered_json::array();
      groups.push_back(std::move(document));
    }
    groups[place->second].fields["group"].push_back(fields);
  }
  if (groups.size() > limit) groups.resize(limit);
  return groups;
}

}  // namespace twofold::tasks
