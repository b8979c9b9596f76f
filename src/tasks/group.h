#pragma once
// Several documents as one: those that ask the same.

#include <cstddef>
#include <vector>

#include "tasks/documents.h"

namespace twofold::tasks {

/// The documents of each value of the field task.group_by, as the first of them with all in its
/// field `group`; in the order of the first ones, at most `limit`. An Error with file and line for
/// a document without the field.
std::vector<Document> grouped(std::vector<Document> documents, const Task& task, size_t limit);

}  // namespace twofold::tasks
