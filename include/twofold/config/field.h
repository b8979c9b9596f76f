#pragma once
// One declared key as data, for code that checks, prints or compares fields without knowing their
// C++ type.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "twofold/base/constraint.h"
#include "twofold/config/value.h"

namespace twofold::config {

struct Member;

/// The type of a value.
struct Shape {
  enum class Kind { kBool, kInteger, kFloat, kString, kEnum, kRecord, kList, kMap };
  Kind kind = Kind::kString;
  std::vector<std::string> names = {};        ///< of an enum's values
  std::vector<Member> members;                ///< of a record; no `= {}`: Member is incomplete
  std::shared_ptr<const Shape> element = {};  ///< of a list or map
};

/// One member of a record type.
struct Member {
  std::string name;
  std::string doc;
  Constraint constraint;
  Shape shape;
  Value initial;
};

struct Field {
  std::string key;
  std::string doc;
  Constraint constraint;
  Shape shape;
  Value initial;                                       ///< the default, as declared
  std::function<Value()> get;                          ///< the bound target's value now
  std::vector<std::function<void(const Value&)>> set;  ///< every target bound to the key
  bool assigned = false;                               ///< load() found a value for it
};

/// "int", "list of list of {name: string, rate: float}", "one of PMD, PADDED".
std::string type_text(const Shape& shape);
/// The field's current value as YAML flow text on one line; equal texts are equal values.
std::string value_text(const Field& field);
/// Whether the field is a required value that nothing has filled yet.
bool is_open(const Field& field);

}  // namespace twofold::config
