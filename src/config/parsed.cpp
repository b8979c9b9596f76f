#include "config/parsed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "config/assignments.h"
#include "config/check.h"
#include "config/yaml.h"

namespace twofold::config {

namespace {

/// What to try where a value does not fit and nothing better is known.
std::string advice(const Field& field) {
  if (field.constraint.required) return "set it: " + field.doc;
  constexpr size_t kShown = 60;
  const std::string usual = flow_text(field.initial);
  return fmt::format("give {} such a value, or leave it out{}", field.key,
                     usual.size() > kShown ? "" : ": the default is " + usual);
}

Problem missing(const Field& field, const Value* value, const std::string& source_name) {
  const std::string range = field.constraint.range_text();
  return {.what = "missing required value " + field.key,
          .where = value != nullptr ? where_of(*value, field.key) : source_name + " " + field.key,
          .expected = type_text(field.shape) + (range.empty() ? "" : ", " + range),
          .found = value != nullptr ? "???" : "nothing",
          .hint = "set it: " + field.doc};
}

}  // namespace

Parsed::Parsed(Source source)
    : source_(std::move(source)),
      tree_(std::make_unique<Value>(parse_yaml(source_.text, source_.name))) {
  check_is_map(*tree_);
}
Parsed::~Parsed() = default;
Parsed::Parsed(Parsed&&) noexcept = default;

Findings Parsed::fill(Fields& fields, bool allow_missing) const {
  const Assignments assignments(fields, *tree_, source_);
  Findings found{.problems = assignments.problems(), .unsound = {}};
  std::vector<Problem> open_ones;
  for (const auto& field : fields.all()) {
    const Value* value = assignments.find(field->key);
    if (value == nullptr || value->is_missing_marker()) {
      if (value == nullptr && !is_open(*field)) continue;
      found.unsound.push_back(field->key);
      if (!allow_missing) open_ones.push_back(missing(*field, value, source_.name));
      continue;
    }
    const size_t before = found.problems.size();
    check(*value, field->shape, field->constraint, field->key, allow_missing, found.problems);
    for (size_t i = before; i < found.problems.size(); ++i) {
      if (found.problems[i].hint.empty()) found.problems[i].hint = advice(*field);
    }
    if (found.problems.size() > before) {
      found.unsound.push_back(field->key);
      continue;
    }
    for (const auto& set : field->set) set(*value);
    field->assigned = true;
  }
  found.problems.insert(found.problems.end(), open_ones.begin(), open_ones.end());
  return found;
}

std::vector<std::string> Parsed::keys_set(const Fields& fields) const {
  const Assignments assignments(fields, *tree_, source_);
  std::vector<std::string> keys;
  for (const auto& field : fields.all()) {
    const Value* value = assignments.find(field->key);
    if (value != nullptr && !value->is_missing_marker()) keys.push_back(field->key);
  }
  return keys;
}

Findings fill(Fields& fields, const Source& source, bool allow_missing) {
  return Parsed(source).fill(fields, allow_missing);
}

void load(Fields& fields, const Source& source, bool allow_missing) {
  throw_problems(fill(fields, source, allow_missing).problems);
}

std::optional<std::string> Parsed::job() const {
  const Value* job = std::as_const(*tree_).find("job");
  if (job == nullptr) return std::nullopt;
  if (job->kind != Value::Kind::kScalar || job->text.empty()) {
    fail({.what = "`job` must name a job",
          .where = job->place + " job",
          .expected = "a text such as llama/train/lora",
          .found = flow_text(*job),
          .hint = "see `twofold jobs`"});
  }
  return job->text;
}

std::optional<std::string> Parsed::text_of(const std::string& key) const {
  std::string value;
  Fields one;
  one.add(key, value, "");
  const Assignments assignments(one, *tree_, source_);  // what it finds unknown is not of this key
  const Value* found = assignments.find(key);
  if (!found || found->kind != Value::Kind::kScalar || found->is_missing_marker()) {
    return std::nullopt;
  }
  return found->text;
}

}  // namespace twofold::config
