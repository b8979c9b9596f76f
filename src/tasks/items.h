#pragma once
// What a model is asked: the texts that a task makes of its documents.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "tasks/task.h"

namespace twofold::tasks {

/// One question.
struct Item {
  /// What the model reads first: description, examples and question. With multiple inputs one a
  /// choice, else one.
  std::vector<std::string> contexts = {};
  std::string system = {};  ///< of a chat: what stands in front of the user's turn; may be empty
  /// What may follow, the delimiter in front: one a choice; or the one text whose likelihood is
  /// asked for. None where the model writes.
  std::vector<std::string> continuations = {};
  std::vector<std::string> choices = {};  ///< as the document has them: their lengths count
  std::vector<size_t> gold = {};          ///< which choices are right
  std::vector<std::string> targets = {};  ///< the right texts where a model writes
  std::string where = {};                 ///< "piqa_valid.jsonl:17", for messages

  /// What the model reads before continuation `choice`.
  const std::string& context(size_t choice) const {
    return contexts.size() == 1 ? contexts.front() : contexts[choice];
  }
};

struct ItemRequest {
  Path data = {};                           ///< the folder of the data files
  std::optional<size_t> limit = {};         ///< the first n documents
  std::optional<int64_t> num_fewshot = {};  ///< in place of the task's
};

/// Every question of the task, in the order of its documents. An Error with file and line for data
/// that is missing, malformed, or does not have what the task asks for.
std::vector<Item> load_items(const Task& task, const ItemRequest& request);

/// 16 hexadecimal digits: the same where the same is asked, and the same is right, item by item,
/// whatever files that is from.
std::string fingerprint(const std::vector<Item>& items);

}  // namespace twofold::tasks
