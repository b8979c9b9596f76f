#include "tasks/documents.h"

#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "base/folders.h"
#include "base/text.h"
#include "data/records/reader.h"
#include "twofold/text_lines.h"

namespace twofold::tasks {
namespace {

/// A file of that name, or with another ending that says how its records are written.
std::optional<Path> sibling_of(const Path& path) {
  for (const char* kind : {"", ".jsonl", ".json", ".csv", ".tsv", ".parquet"}) {
    for (const char* packed : {"", ".gz", ".zst"}) {
      Path other = path;
      if (*kind != 0) other.replace_extension(kind);
      other += packed;
      if (kind_of(other) == PathKind::kFile) return other;
    }
  }
  return std::nullopt;
}

/// The first of the names that is a file in the folder.
Path file_of(const std::vector<std::string>& names, const Path& folder, const std::string& task) {
  for (const std::string& name : names) {
    if (const auto found = sibling_of(folder / name)) return *found;
  }
  fail({.what = fmt::format("no data for the task {}", task),
        .where = folder.string(),
        .expected = "a file " + join(names, " or "),
        .found = kind_of(folder) == PathKind::kFolder ? "none of that name" : "no such folder",
        .hint = "put the file there, or name its folder by --data (eval/data in a run)"});
}

/// The file's records: objects, or lines of text.
std::vector<records::SourceFile> source_of(const Path& file) {
  const std::string name = file.filename().string();
  const records::Format format = records::format_of_name(name);
  return {{.name = name,
           .path = file,
           .bytes = static_cast<int64_t>(std::filesystem::file_size(file)),
           .format = records::is_text(format) ? records::Format::kLines : format}};
}

std::vector<Document> read(const Path& file, size_t limit) {
  std::vector<Document> all;
  const std::vector<records::SourceFile> files = source_of(file);
  records::Reader reader(files);
  for (records::Record record; all.size() < limit && reader.next(record);) {
    records::Content content = records::content_of(files[0], record);
    std::string where = records::where(files[0], record);
    if (auto* text = std::get_if<std::string>(&content)) {
      all.push_back({{{"text", std::move(*text)}}, std::move(where)});
    } else {
      all.push_back({std::get<nlohmann::ordered_json>(std::move(content)), std::move(where)});
    }
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
