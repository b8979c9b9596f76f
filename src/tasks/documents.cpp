#include "tasks/documents.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/folders.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/text_file.h"
#include "twofold/text_lines.h"

namespace twofold::tasks {
namespace {

/// The first of the names that is a file in the folder.
Path file_of(const std::vector<std::string>& names, const Path& folder, const std::string& task) {
  for (const std::string& name : names) {
    if (kind_of(folder / name) == PathKind::kFile) return folder / name;
  }
  fail({.what = fmt::format("no data for the task {}", task),
        .where = folder.string(),
        .expected = "a file " + join(names, " or "),
        .found = kind_of(folder) == PathKind::kFolder ? "none of that name" : "no such folder",
        .hint = "put the file there, or name its folder by --data (eval/data in a run)"});
}

Document document_of(const std::string& line, bool is_text, std::string where) {
  if (!is_text) return {formats::parse_ordered_json_line(line, where), std::move(where)};
  return {{{"text", line}}, std::move(where)};
}

std::vector<Document> read(const Path& file, size_t limit) {
  std::vector<Document> all;
  const bool is_text = file.extension() == ".txt";
  size_t number = 0;
  for (const std::string& line : read_lines(file)) {
    if (all.size() == limit) break;
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    all.push_back(
        document_of(line, is_text, fmt::format("{}:{}", file.filename().string(), number)));
  }
  if (!all.empty()) return all;
  fail({.what = "the file holds no documents",
        .where = file.string(),
        .expected = "a JSON object a line",
        .found = "nothing",
        .hint = "see docs/eval.md for what the task reads"});
}

/// The label of a line: a number where it is one.
nlohmann::ordered_json label_of(const std::string& line) {
  const bool digits = !line.empty() && line.find_first_not_of("0123456789") == line.npos;
  if (digits && line.size() < 10) return std::stoi(line);
  return line;
}

void add_labels(std::vector<Document>& documents, const Path& file) {
  const std::vector<std::string> labels = read_lines(file);
  if (labels.size() < documents.size()) {
    fail({.what = "fewer labels than documents",
          .where = file.string(),
          .expected = fmt::format("at least {} lines", documents.size()),
          .found = std::to_string(labels.size()),
          .hint = "take both files from one place: a line a document"});
  }
  for (size_t i = 0; i < documents.size(); ++i) documents[i].fields["label"] = label_of(labels[i]);
}

}  // namespace

std::vector<Document> read_documents(const Task& task, const Path& folder, size_t limit) {
  std::vector<Document> all = read(file_of(task.data_files, folder, task.task), limit);
  if (!task.labels_files.empty() && !all.front().fields.contains("label")) {
    add_labels(all, file_of(task.labels_files, folder, task.task));
  }
  return all;
}

std::vector<Document> read_examples(const Task& task, const Path& folder) {
  if (task.fewshot_files.empty()) return read_documents(task, folder, SIZE_MAX);
  return read(file_of(task.fewshot_files, folder, task.task + " (its examples)"), SIZE_MAX);
}

}  // namespace twofold::tasks
