#include "train/recorders/csv_log.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "base/folders.h"
#include "base/text.h"

namespace twofold {
namespace {

constexpr const char* kFirstColumn = "step";

/// A field as RFC 4180 has it.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? "\"\"" : std::string(1, c);
  return field + "\"";
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::vector<std::string> quoted;
  for (const std::string& field : fields) quoted.push_back(csv_field(field));
  return join(quoted, ",") + "\n";
}

/// The fields of a line that csv_line has made.
std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields = {""};
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

/// A number as Python's float() takes it.
std::string csv_number(double value) {
  if (std::isnan(value)) return "nan";
  return std::isinf(value) ? (value > 0 ? "inf" : "-inf") : fmt::format("{}", value);
}

/// Removes what a run that was killed while it wrote the file anew has left beside it.
void remove_unfinished(const Path& file) {
  const std::string prefix = fmt::format(".{}.", file.filename().string());
  for (const Path& entry : entries_in(file.parent_path())) {
    if (entry.filename().string().starts_with(prefix)) std::filesystem::remove(entry);
  }
}

}  // namespace

int64_t CsvLog::open(int64_t points) {
  file_.reset();
  columns_.clear();
  remove_unfinished(path_);
  std::string text;
  if (kind_of(path_) != PathKind::kNothing) text = read_text(path_);
  const std::vector<std::string> head =
      csv_fields(std::string_view(text).substr(0, text.find('\n')));
  for (const std::string& name : head) columns_.emplace(name, columns_.size());
  size_t keep = 0;
  int64_t lines = 0;
  for (size_t end = text.find('\n'); end != std::string::npos && lines <= points;
       end = text.find('\n', keep)) {
    keep = end + 1;
    ++lines;
  }
  if (points == 0 || lines == 0 || head.front() != kFirstColumn) {
    columns_ = {{kFirstColumn, 0}};
    write_atomic(path_, csv_line({kFirstColumn}));
    lines = 1;
  } else {
    std::filesystem::resize_file(path_, keep);
  }
  file_.emplace(path_, OutputFile::Mode::kAppend);
  return lines - 1;
}

void CsvLog::widen(const std::vector<std::string>& more) {
  const std::string text = read_text(path_);
  for (const std::string& name : more) columns_.emplace(name, columns_.size());
  std::vector<std::string> head(columns_.size());
  for (const auto& [name, place] : columns_) head[place] = name;
  std::string wider = csv_line(head);
  const std::string_view rows = std::string_view(text).substr(text.find('\n') + 1);
  for (const char c : rows) {
    if (c == '\n') wider.append(more.size(), ',');
    wider += c;
  }
  write_atomic(path_, wider);
  file_.emplace(path_, OutputFile::Mode::kAppend);
}

void CsvLog::add(const LogPoint& point) {
  std::vector<std::string> more;
  for (const auto& [name, value] : point.values) {
    if (!columns_.contains(name)) more.push_back(name);
  }
  if (!more.empty()) widen(more);
  std::vector<std::string> row(columns_.size());
  row.front() = std::to_string(point.step);
  for (const auto& [name, value] : point.values) row[columns_.at(name)] = csv_number(value);
  file_.value().write(join(row, ",") + "\n");
  file_.value().flush();
}

void CsvLog::sync() { sync_path(path_); }

}  // namespace twofold
