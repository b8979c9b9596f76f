#include "config/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "twofold/config/field.h"

namespace twofold::config {
namespace {

/// A second declaration adds its target and may narrow what is allowed; it may not disagree.
void merge(Field& first, Field&& second) {
  TWOFOLD_EXPECT(type_text(first.shape) == type_text(second.shape),
                 first.key + " is declared with two types");
  TWOFOLD_EXPECT(flow_text(first.initial) == flow_text(second.initial),
                 first.key + " is declared with two defaults");
  Constraint& kept = first.constraint;
  const Constraint& added = second.constraint;
  TWOFOLD_EXPECT(kept.choices.empty() || added.choices.empty() || kept.choices == added.choices,
                 first.key + " is declared with two sets of choices");
  if (kept.choices.empty()) kept.choices = added.choices;
  TWOFOLD_EXPECT(kept.or_else == added.or_else, first.key + " is declared with two ways out");
  kept.required = kept.required || added.required;
  if (added.min >= kept.min) {
    kept.exclusive_min = added.exclusive_min || (added.min == kept.min && kept.exclusive_min);
    kept.min = added.min;
  }
  if (added.max <= kept.max) {
    kept.exclusive_max = added.exclusive_max || (added.max == kept.max && kept.exclusive_max);
    kept.max = added.max;
  }
  std::move(second.set.begin(), second.set.end(), std::back_inserter(first.set));
}

}  // namespace

Fields::Fields() = default;
Fields::~Fields() = default;
Fields::Fields(Fields&&) noexcept = default;
Fields& Fields::operator=(Fields&&) noexcept = default;

const Field* Fields::find(const std::string& key) const {
  for (const auto& field : fields_) {
    if (field->key == key) return field.get();
  }
  return nullptr;
}

void Fields::absent(std::string key, std::string advice) {
  TWOFOLD_EXPECT(!find(key), key + " is declared and absent");
  absent_[std::move(key)] = std::move(advice);
}

std::string Fields::advice_for(const std::string& key) const {
  for (size_t end = key.size(); end != std::string::npos && end > 0;
       end = key.rfind('/', end - 1)) {
    const auto found = absent_.find(key.substr(0, end));
    if (found != absent_.end()) return found->second;
  }
  return "";
}

void Fields::insert(std::unique_ptr<Field> field) {
  for (const auto& present : fields_) {
    if (present->key == field->key) return merge(*present, std::move(*field));
    TWOFOLD_EXPECT(
        !present->key.starts_with(field->key + "/") && !field->key.starts_with(present->key + "/"),
        fmt::format("{} and {}: a key cannot be a section too", present->key, field->key));
  }
  fields_.push_back(std::move(field));
}

std::string type_text(const Shape& shape) {
  std::vector<std::string> members;
  switch (shape.kind) {
    case Shape::Kind::kBool:
      return "bool";
    case Shape::Kind::kInteger:
      return "int";
    case Shape::Kind::kFloat:
      return "float";
    case Shape::Kind::kString:
      return "string";
    case Shape::Kind::kEnum:
      return "one of " + join(shape.names, ", ");
    case Shape::Kind::kList:
      return "list of " + type_text(*shape.element);
    case Shape::Kind::kMap:
      return "map of " + type_text(*shape.element);
    case Shape::Kind::kRecord:
      for (const Member& member : shape.members) {
        members.push_back(member.name + ": " + type_text(member.shape));
      }
      return fmt::format("{{{}}}", join(members, ", "));
  }
  return "";
}

std::string value_text(const Field& field) {
  return is_open(field) ? "???" : flow_text(field.get());
}

bool is_open(const Field& field) {
  return field.constraint.required && !field.assigned &&
         flow_text(field.get()) == flow_text(field.initial);
}

}  // namespace twofold::config
