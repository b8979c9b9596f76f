#pragma once
// What a task asks about: the records of its files.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "tasks/task.h"

namespace twofold::tasks {

struct Document {
  nlohmann::ordered_json fields = {};  ///< an object
  std::string where = {};              ///< "piqa_valid.jsonl:17", for messages
};

/// The first `limit` documents of the task, with their labels. An Error that names the files that
/// are looked for if there is none, and file and line for what is malformed.
std::vector<Document> read_documents(const Task& task, const Path& folder, size_t limit);
/// All that examples may be taken from: those of fewshot_files, else the documents themselves.
std::vector<Document> read_examples(const Task& task, const Path& folder);

}  // namespace twofold::tasks
