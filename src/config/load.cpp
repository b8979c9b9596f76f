#include <algorithm>

#include "base/error.h"
#include "config/assignments.h"
#include "config/check.h"
#include "config/yaml.h"

namespace twofold::config {

void load(Fields& fields, const Source& source, bool allow_missing) {
  const Assignments assignments(fields, source);
  std::vector<Problem> problems = assignments.problems();
  std::vector<Problem> missing;
  for (const auto& field : fields.all()) {
    const Value* value = assignments.find(field->key);
    const bool open = value == nullptr || value->is_missing_marker();
    if (!open) {
      check(*value, field->shape, field->constraint, field->key, allow_missing, problems);
    } else if (!allow_missing && (value != nullptr || is_open(*field))) {
      const std::string range = range_text(field->constraint);
      missing.push_back({.what = "missing required value " + field->key,
                         .where = value != nullptr ? where_of(*value, field->key)
                                                   : source.name + " " + field->key,
                         .expected = type_text(field->shape) + (range.empty() ? "" : ", " + range),
                         .found = value != nullptr ? "???" : "nothing",
                         .hint = "set it: " + field->doc});
    }
  }
  problems.insert(problems.end(), missing.begin(), missing.end());
  if (!problems.empty()) throw Error(std::move(problems));
  for (const auto& field : fields.all()) {
    const Value* value = assignments.find(field->key);
    if (value == nullptr || value->is_missing_marker()) continue;
    for (const auto& set : field->set) set(*value);
    field->assigned = true;
  }
}

std::vector<std::string> keys_set(const Fields& fields, const Source& source) {
  const Assignments assignments(fields, source);
  std::vector<std::string> keys;
  for (const auto& field : fields.all()) {
    const Value* value = assignments.find(field->key);
    if (value != nullptr && !value->is_missing_marker()) keys.push_back(field->key);
  }
  return keys;
}

std::optional<std::string> job_of(const Source& source) {
  const Value tree = parse_yaml(source.text, source.name);
  const Value* job = tree.find("job");
  if (job == nullptr) return std::nullopt;
  if (job->kind != Value::Kind::kScalar || job->text.empty()) {
    fail({.what = "`job` must name a job",
          .where = job->place + " job",
          .expected = "a text such as llama/train/lora",
          .found = flow_text(*job)});
  }
  return job->text;
}

}  // namespace twofold::config
